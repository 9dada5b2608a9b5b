"""Judges what happened: which happening meets which expectation, and what nobody expected.

The rule it keeps: an expectation is met only by something that happened after the last act (or
after the step it names with `since`), inside its window of rule time, and that no other
expectation has taken. A failure says what was wanted and everything that came instead.
"""

import html.parser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from simulator.live.feed import Happening
from simulator.live.scenario import SHOWN, Allow, Scenario, Step
from simulator.live.span import spell
from simulator.live.stage import Stage

MAX_SHOWN = 600  # characters of a board or a page in a failure
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
        if step.what in SHOWN:
            self._shown(step, start)
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

    def _shown(self, step: Step, start: int) -> None:
        """What the board, or a page of the hub, says to whoever looks at it."""
        limit_s = self._feed.now_s() + step.within_s
        wanted = step.text or step.name
        while True:
            shown = self._look(step)
            if (wanted.casefold() in shown.casefold()) != (step.kind == "absent"):
                self._feed.add(step.what, wanted, step.who)
                return
            if self._feed.now_s() > limit_s:
                break
            self._feed.await_one(lambda item: False, _once(), len(self._feed))
        said = "must not say" if step.kind == "absent" else "does not say"
        why = f"the {step.what} {said} {wanted!r}; it says: {shown[:MAX_SHOWN]}"
        raise Failed(step, why, self._feed.all(start))

    def _look(self, step: Step) -> str:
        """`board`: as JSON, `who` is whose row. `screen`: the page at the path that `name` gives,
        in the browser of `who`; `{label}` in it stands for an id."""
        screen = self._stage.operator(screen_of(step, self._scenario))
        if step.what == "board":
            return board_text(screen.get("/board"), self._stage.hub.people.get(step.who, ""))
        ids = {label: mark.id for label, mark in self._marks.items()}
        return words_of(screen.page(step.name.format_map(ids)))

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


def screen_of(step: Step, scenario: Scenario) -> str:
    """Whose browser is looked at: the board has a row of `who`, a page has a reader."""
    return step.who if step.what == "screen" and step.who else scenario.screen


class _Words(html.parser.HTMLParser):
    """What a person reads on a page: its text, without scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style", "template")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "template")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words += data.split()


def words_of(page: str) -> str:
    parser = _Words()
    parser.feed(page)
    return " ".join(parser.words)


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
