"""Names for new things. Injected, so that one seed replays a whole storm.

Lower case letters and digits, so that they are lawful in a topic and on the wire; random, so that
a hub restored from a backup never hands out a name twice.
"""

import secrets
from random import Random
from typing import Protocol

# No 0, 1, i, l, o: an id is sometimes read out over the telephone.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
ID_DIGITS = 10  # 31^10 is about 8e14: no clash among a thousand million


class Ids(Protocol):
    """The source of new names and of randomness."""

    def visit(self) -> str: ...

    def alarm(self) -> str: ...

    def person(self) -> str: ...

    def client(self) -> str: ...

    def key(self) -> str: ...

    def record(self) -> str: ...

    def random_bytes(self, count: int) -> bytes: ...


class RandomIds:
    """Ids from the system's randomness, or from a seed that replays."""

    def __init__(self, seed: int | None = None) -> None:
        self._seeded = None if seed is None else Random(seed)

    def _new(self, letter: str) -> str:
        pick = secrets.choice if self._seeded is None else self._seeded.choice
        return f"{letter}-" + "".join(pick(ALPHABET) for _ in range(ID_DIGITS))

    def visit(self) -> str:
        return self._new("v")

    def alarm(self) -> str:
        return self._new("a")

    def person(self) -> str:
        return self._new("p")

    def client(self) -> str:
        return self._new("c")

    def key(self) -> str:
        return self._new("k")

    def record(self) -> str:
        return self._new("r")

    def random_bytes(self, count: int) -> bytes:
        if self._seeded is None:
            return secrets.token_bytes(count)
        return self._seeded.randbytes(count)
