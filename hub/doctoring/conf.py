"""What the broker's own files say, held against what the hub would write.

Rule: a line that somebody changed or lost is told by itself, with its value; where the broker
listens and what it logs is the operator's.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.devices import broker
from hub.doctoring.finding import Finding
from hub.settings import BrokerAt

# The operator's own: where it listens, as whom, what it tells.
FREE = ("listener", "user", "log_dest", "log_type", "connection_messages")
PATHS = ("acl_file", "password_file", "pid_file", "persistence_location", "cafile", "certfile",
         "keyfile")  # fmt: skip
AT_LEAST = ("max_inflight_messages", "max_queued_messages", "max_packet_size")
BRIDGE = "connection"  # begins a bridge to another broker
ABOUT = "broker"


def look(at: BrokerAt, revoked: Iterable[str]) -> Iterator[Finding]:
    """Both files, if they are ours."""
    if at.files is None:
        return
    folder = at.files.absolute()
    wanted = broker.mosquitto_conf(folder, at.port, at.host, tls=at.tls)
    said = _read(folder / broker.CONF)
    yield from said if isinstance(said, list) else _conf(directives(said), directives(wanted))
    said = _read(folder / broker.ACL)
    yield from said if isinstance(said, list) else _acl(said, broker.acl(revoked))


def _read(path: Path) -> str | list[Finding]:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "no text"
        mend = "Restore it from a backup, or make a site with `allswell init` and copy it."
        return [Finding(ABOUT, f"{path} cannot be read ({why})", mend)]


def directives(text: str) -> dict[str, str]:
    """The settings of a mosquitto.conf; of one given twice the last counts."""
    lines = (line.split(None, 1) for line in text.splitlines() if line[:1] not in ("#", ""))
    return {words[0]: words[1].strip() if len(words) > 1 else "" for words in lines if words}


def _conf(found: dict[str, str], wanted: dict[str, str]) -> Iterator[Finding]:
    for key, value in wanted.items():
        if key in FREE or _is_same(key, found.get(key), value):
            continue
        has = f"says {key} {found[key]}" if key in found else f"has no {key}"
        mend = f"It must say {key} {value}; then start the broker again."
        yield Finding(ABOUT, f"{broker.CONF} {has}", mend)
    if BRIDGE in found:
        said = f"{broker.CONF} bridges to another broker ({found[BRIDGE]})"
        yield Finding(ABOUT, said, "Name that broker in [broker] second_host instead.")


def _is_same(key: str, found: str | None, wanted: str) -> bool:
    if found is None:
        return False
    if key in PATHS:
        return Path(found).resolve() == Path(wanted).resolve()
    if key in AT_LEAST and found.isdecimal():
        return found == "0" or int(found) >= int(wanted)  # 0: no limit
    return found == wanted


def _acl(found: str, wanted: str) -> Iterator[Finding]:
    """Everything that we wrote, each line under its user, and no right besides."""
    has, must = _rights(found), _rights(wanted)
    for user, line in sorted(must - has):
        whose = f"of {user}" if user else "for every pendant"
        said = f"{broker.ACL} has no line {line!r} {whose}"
        yield Finding(ABOUT, said, _acl_mend(user, line))
    for user, line in sorted(has - must):
        who = user or "every pendant"
        said = f"{broker.ACL} grants {line!r} to {who}"
        if " deny " in line:  # acknowledged and thrown away: what she says, or what answers her
            said = f"{broker.ACL} denies {who}, which is not revoked: {line!r}"
        yield Finding(ABOUT, said, "Take that line out, and send the broker a SIGHUP.")


def _acl_mend(user: str, line: str) -> str:
    if " deny " in line:
        return f"allswell pendant revoke {user}"
    return "Put that line back, and send the broker a SIGHUP."


def _rights(text: str) -> set[tuple[str, str]]:
    """(user, line); patterns are nobody's in particular."""
    rights: set[tuple[str, str]] = set()
    user = ""
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "user":
            user = rest
        elif word in ("topic", "pattern"):
            rights.add((user if word == "topic" else "", f"{word} {rest}"))
    return rights
