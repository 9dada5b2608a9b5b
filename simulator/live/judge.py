"""Judges what happened: which happening meets which expectation, and what nobody expected.

The rule it keeps: an expectation is met only by something that happened after the last act (or
after the step it names with `since`), inside its window of rule time, and that no other
expectation has taken. A failure says what was wanted and everything that came instead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from simulator.live.feed import Happening
from simulator.live.scenario import Allow, Scenario, Step
from simulator.live.span import spell
from simulator.live.stage import Stage

LINK_GRACE_S = 5.0  # a window of rule time is over; what is still on its way may arrive


class Failed(Exception):
    """An expectation that was not met, or an act that could not be done."""

    def __init__(self, step: Step | None, why: str, came: list[Happening]) -> None:
        super().__init__(why)
        self.step = step
        self.why = why
        self.came = came


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a label stands: in rule time, and in the feed."""

    rule_ms: int
    index: int
    id: str = ""  # of what the step made, e.g. a visit


class Judge:
    """Of one stage. `marks` is the performance's own table of labels."""

    def __init__(self, scenario: Scenario, stage: Stage, marks: Mapping[str, Mark]) -> None:
        self._scenario = scenario
        self._stage = stage
        self._feed = stage.feed
        self._marks = marks

    def judge(self, step: Step, last_act: int) -> Mark | None:
        """Where the expected thing happened. Raises Failed."""
        start = self._marks[step.since].index if step.since else last_act
        if step.what == "board":
            self._board(step, start)
            return None
        if step.kind == "absent":
            found = self._await(step, start, take=False)
            if found is not None:
                raise Failed(
                    step, f"must not happen, and did: {found.line()}", self._feed.all(start)
                )
            return None
        found = self._await(step, start, take=True)
        if found is None:
            raise Failed(step, self._missing(step, start), self._feed.all(start))
        index = self._feed.all().index(found)
        return Mark(found.rule_ms, index, str(found.facts.get("alarm", "")))

    def now_ms(self) -> int:
        """The hub's time."""
        return self._stage.hub.follower.rule_ms()

    def moment_ms(self, step: Step) -> int:
        assert step.at is not None  # asked only then
        return self._marks[step.at.label].rule_ms + step.at.after_ms

    def _await(self, step: Step, start: int, take: bool) -> Happening | None:
        limit_s = self._feed.now_s() + step.within_s
        if step.at is None or step.kind == "absent":
            return self._feed.await_one(
                lambda item: matches(step, item),
                lambda: self._feed.now_s() < limit_s,
                start,
                take,
            )
        low_ms, high_ms = self._window(step)
        return self._feed.await_one(
            lambda item: matches(step, item) and low_ms <= item.rule_ms <= high_ms,
            lambda: self._before(high_ms),
            start,
            take,
        )

    def _window(self, step: Step) -> tuple[int, int]:
        at_ms = self.moment_ms(step)
        return at_ms - step.early_ms, at_ms + step.late_ms

    def _before(self, high_ms: int) -> bool:
        grace_ms = int(LINK_GRACE_S * 1000 * self._stage.speed)
        return self.now_ms() <= high_ms + grace_ms

    def _board(self, step: Step, start: int) -> None:
        """What the board says to whoever sits at it (`who`: whose row; empty: anywhere)."""
        people = self._stage.hub.people
        screen = self._stage.operator(self._scenario.screen)
        limit_s = self._feed.now_s() + step.within_s
        wanted = step.text or step.name
        while True:
            shown = board_text(screen.get("/board"), people.get(step.who, ""))
            if (wanted.casefold() in shown.casefold()) != (step.kind == "absent"):
                self._feed.add("board", wanted, step.who)
                return
            if self._feed.now_s() > limit_s:
                break
            self._feed.await_one(lambda item: False, _once(), len(self._feed))
        said = "must not say" if step.kind == "absent" else "does not say"
        why = f"the board {said} {wanted!r}; it says: {shown[:600]}"
        raise Failed(step, why, self._feed.all(start))

    def strict(self) -> None:
        """What is left of the kinds that this scenario lists was expected by nobody."""
        left = [
            item for item in self._feed.untaken()
            if item.source in self._scenario.strict
            and (item.source != "alarm" or item.what.endswith(" raised"))
            and not any(allows(allow, item) for allow in self._scenario.allow)
        ]  # fmt: skip
        if left:
            raise Failed(None, f"{len(left)} that nobody expected", left)

    def _missing(self, step: Step, start: int) -> str:
        why = f"did not happen within {step.within_s} s"
        if step.at is not None:
            why = f"did not happen at {step.at} (-{spell(step.early_ms)}, +{spell(step.late_ms)})"
            for item in self._feed.all(start):
                if matches(step, item) and not item.taken:
                    off = spell(item.rule_ms - self.moment_ms(step))
                    why += f"; one came at {off} from it"
        return why


def matches(step: Step, item: Happening) -> bool:
    """Whether an expectation could mean this happening, its time aside."""
    return (
        item.source == step.what
        and step.who in ("", item.who)
        and (not step.name or fnmatchcase(item.what.casefold(), step.name.casefold()))
        and step.text.casefold() in f"{item.what} {item.text}".casefold()
    )


def allows(allow: Allow, item: Happening) -> bool:
    return (
        allow.source == item.source
        and allow.who in ("", item.who)
        and (not allow.name or fnmatchcase(item.what.casefold(), allow.name.casefold()))
    )


def board_text(board: object, row_of: str) -> str:
    """Every word on the board, or in the rows that name this person. A letter that is earned
    stands in brackets: `[A]`."""
    if isinstance(board, Mapping):
        if "letter" in board and "earned" in board:
            return f"[{board['letter']}] {board['text']}" if board["earned"] else ""
        if row_of and "groups" in board:
            rows = [row for group in board["groups"] for row in group.get("rows", ())]
            return " | ".join(text for row in rows if row_of in (text := board_text(row, "")))
        return " ".join(board_text(value, "") for value in board.values())
    if isinstance(board, list):
        return " ".join(board_text(value, "") for value in board)
    return str(board) if isinstance(board, str) else ""


def _once() -> Callable[[], bool]:
    """True once: one short wait."""
    left = [True]
    return lambda: bool(left and left.pop())
