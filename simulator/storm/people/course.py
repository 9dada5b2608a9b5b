"""What somebody does, one thing after the other, written as a generator that waits in virtual time.

Rule: whoever yields says what she waits for: a while (milliseconds), an answer of the hub's, or a
bell. She can be stopped at any wait; then she does nothing more.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.inbox import Answer
from hub.rules.model import Value
from simulator.storm.timeline import Due

if TYPE_CHECKING:
    from simulator.storm.world import World

SCREEN_MS = 40  # from the hub's answer to the eye
ANSWER_MS = 10_000  # as hub/web/desk.py: then the page says that the engine is stuck


@dataclass(frozen=True, slots=True)
class Asking:
    """A form that somebody sends off."""

    by: str
    kind: str
    data: Mapping[str, Value]
    version: int | None = None


class Bell:
    """Something that may happen, and that several may wait for."""

    def __init__(self) -> None:
        self._heard: list[Callable[[], None]] = []

    def ring(self) -> None:
        heard, self._heard = self._heard, []
        for each in heard:
            each()

    def wait(self, heard: Callable[[], None]) -> None:
        self._heard.append(heard)


@dataclass(frozen=True, slots=True)
class Until:
    """Waits for the bell, at most so long."""

    bell: Bell
    limit_ms: int


Wish = int | Asking | Until
Steps = Generator[Wish, object, None]


def pause(ms: int) -> Steps:
    yield max(1, ms)


def asked(
    by: str, kind: str, data: Mapping[str, Value], version: int | None = None
) -> Generator[Wish, object, Answer | None]:
    """The hub's answer; None: there was none in time."""
    found = yield Asking(by, kind, data, version)
    return found if isinstance(found, Answer) else None


def rung(bell: Bell, limit_ms: int) -> Generator[Wish, object, bool]:
    """Whether the bell rang before the limit."""
    return (yield Until(bell, max(1, limit_ms))) is True


class Course:
    """One person's doings, from now on until they end or are stopped. `ended` is told either way
    but the second."""

    def __init__(self, world: "World", steps: Steps, ended: Callable[[], None]) -> None:
        self._world = world
        self._steps = steps
        self._ended = ended
        self._turn = 0
        self._due: Due | None = None
        self.over = False

    def start(self) -> "Course":
        """In its own time: whoever starts it goes on first."""
        self._wait(1, None)
        return self

    def stop(self) -> None:
        self.over = True
        if self._due is not None:
            self._due.cancel()

    def _wait(self, ms: int, value: object) -> None:
        turn = self._turn
        self._due = self._world.timeline.after(ms, lambda: self._on(turn, value))

    def _on(self, turn: int, value: object) -> None:
        if self.over or turn != self._turn:
            return
        self._turn += 1
        try:
            wish = self._steps.send(value)
        except StopIteration:
            self.over = True
            self._ended()
            return
        self._want(wish)

    def _want(self, wish: Wish) -> None:
        if isinstance(wish, Until):
            turn = self._turn
            wish.bell.wait(lambda: self._rang(turn))
            self._wait(wish.limit_ms, False)
        elif isinstance(wish, Asking):
            turn = self._turn
            self._wait(ANSWER_MS, None)
            self._world.ask(
                wish.by,
                wish.kind,
                wish.data,
                lambda answer: self._answered(turn, answer),
                wish.version,
            )
        else:
            self._wait(wish, None)

    def _rang(self, turn: int) -> None:
        if not self.over and turn == self._turn:
            self._now(True, 1)

    def _answered(self, turn: int, answer: Answer | None) -> None:
        """Never within the hub's own turn: a screen shows it a moment later."""
        if not self.over and turn == self._turn:
            self._now(answer, SCREEN_MS)

    def _now(self, value: object, after_ms: int) -> None:
        if self._due is not None:
            self._due.cancel()
        self._wait(after_ms, value)
