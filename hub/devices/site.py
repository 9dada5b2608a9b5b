"""The broker's files in a folder: written whole, privately, and told to a running mosquitto.

Rule: a file is the old one or the new one, never half of either; only its owner may read it.
"""

import os
import signal
from collections.abc import Iterable
from pathlib import Path

from hub.devices import broker
from hub.devices.private_file import write_private

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
    try:
        pid = int((folder / broker.PID).read_text(encoding="ascii"))
        # The number may have been another's since a power cut: ask who it is before signalling.
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
        if name != "mosquitto":
            return False
        os.kill(pid, signal.SIGHUP)
    except (OSError, ValueError):
        return False
    return True
