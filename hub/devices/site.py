"""The broker's files in a folder: written whole, privately, and told to a running mosquitto.

Rule: a file is the old one or the new one, never half of either; only its owner may read it.
"""

import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.devices import broker
from hub.devices.private_file import write_private

MOSQUITTO = "mosquitto"  # what the kernel calls it

__all__ = ["reload", "set_revoked", "set_user", "write_private"]


def set_user(folder: Path, user: str, password: str) -> None:
    """Add a user of the broker, or give it a new password."""
    path = folder / broker.PASSWORDS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if line and line.partition(":")[0] != user]
    kept.append(broker.password_file({user: password}).strip())
    write_private(path, "\n".join(sorted(kept)) + "\n")


def set_revoked(folder: Path, revoked: Iterable[str]) -> None:
    write_private(folder / broker.ACL, broker.acl(revoked))


def reload(folder: Path) -> bool:
    """Tell the mosquitto of this folder to read its files again; False when none is running."""
    for pid in (_noted(folder), *_found(folder)):
        try:
            # The noted number may have been another's since a power cut: ask before signalling.
            if pid and _name(pid) == MOSQUITTO:
                os.kill(pid, signal.SIGHUP)
                return True
        except OSError:
            continue  # ended meanwhile, or not ours
    return False


def _noted(folder: Path) -> int:
    try:
        return int((folder / broker.PID).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _found(folder: Path) -> Iterator[int]:
    """Who runs by this folder's settings. A mosquitto that is started a second time ends at once,
    the port being taken, and takes the first one's note of its number with it."""
    wanted = (folder / broker.CONF).resolve()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_text(encoding="utf-8").split("\0")
            at = (process / "cwd").readlink()
        except (OSError, ValueError):
            continue  # ended meanwhile, or another user's
        if any((at / word).resolve() == wanted for word in words[1:]):
            yield int(process.name)


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
