"""Who may say and hear what: mosquitto's reading of the very ACL text that is shipped.

Rules, as in mosquitto.conf(5) and acl_file of mosquitto 2.0: a user's `deny` that matches wins;
then a line of the user's own, then a pattern with `%u`; without a match the answer is no. Nobody
is told: a publish that is denied is acknowledged all the same (MQTT 3.1.1 section 3.3.5), a
subscription is granted and what it may not hear is left out.
"""

from collections.abc import Iterable

from hub.devices.broker import acl

READ = "read"
WRITE = "write"
_ACCESS = ("read", "write", "readwrite", "deny")


def matches(wanted: str, topic: str) -> bool:
    """Whether a topic filter matches (section 4.7.1)."""
    levels, names = wanted.split("/"), topic.split("/")
    for number, level in enumerate(levels):
        if level == "#":
            return True
        if number >= len(names) or level not in ("+", names[number]):
            return False
    return len(levels) == len(names)


class Access:
    """The answers of one ACL file. `silenced` may say and hear nothing at all: a file that
    somebody has broken."""

    def __init__(self, revoked: Iterable[str] = (), silenced: Iterable[str] = ()) -> None:
        self._silenced = tuple(silenced)
        self._users: dict[str, list[tuple[str, str]]] = {}
        self._patterns: list[tuple[str, str]] = []
        self._known: dict[tuple[str, str, str], bool] = {}
        self._read(acl(revoked))

    def _read(self, text: str) -> None:
        user: list[tuple[str, str]] = []
        for line in text.splitlines():
            word, _, rest = line.partition(" ")
            if word == "user":
                user = self._users.setdefault(rest, [])
            elif word in ("topic", "pattern"):
                kind, _, wanted = rest.partition(" ")
                if kind not in _ACCESS:
                    raise ValueError(f"an ACL line that is not read here: {line}")
                (user if word == "topic" else self._patterns).append((kind, wanted))
            elif line and not line.startswith("#"):
                raise ValueError(f"an ACL line that is not read here: {line}")

    def may(self, user: str, access: str, topic: str) -> bool:
        """`access`: READ or WRITE."""
        asked = (user, access, topic)
        known = self._known.get(asked)
        if known is None:
            known = self._known[asked] = self._decide(user, access, topic)
        return known

    def _decide(self, user: str, access: str, topic: str) -> bool:
        if user in self._silenced:
            return False
        own = self._users.get(user, [])
        if any(kind == "deny" and matches(wanted, topic) for kind, wanted in own):
            return False
        made = [(kind, wanted.replace("%u", user)) for kind, wanted in self._patterns]
        return any(
            kind in (access, "readwrite") and matches(wanted, topic) for kind, wanted in own + made
        )
