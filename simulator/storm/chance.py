"""Chance with names: each thing that is left to chance draws from a stream of its own.

Rule: the stream depends on the seed and its names alone, so that taking one fault out of a story
leaves every other draw as it was. That is what makes a failing seed shrink.
"""

from hashlib import sha256
from random import Random


class Chance:
    """`chance.stream("pendant", "p-ada", "flash")` is the same Random in every run of a seed, and
    goes on where it was within one run."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[tuple[str | int, ...], Random] = {}

    def stream(self, *names: str | int) -> Random:
        found = self._streams.get(names)
        if found is None:
            text = "/".join(map(str, (self.seed, *names)))
            found = Random(sha256(text.encode()).digest())
            self._streams[names] = found
        return found

    def happens(self, rate: float, *names: str | int) -> bool:
        """True once in 1/`rate` draws of that stream; a rate of 0 draws nothing."""
        return rate > 0 and self.stream(*names).random() < rate
