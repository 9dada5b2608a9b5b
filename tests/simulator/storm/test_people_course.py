"""What somebody does, step by step: waits, bells, answers, and being stopped."""

from collections.abc import Callable, Mapping

import pytest

from hub.inbox import Answer
from hub.rules.model import Value
from simulator.storm.people.course import (
    ANSWER_MS,
    SCREEN_MS,
    Bell,
    Course,
    Steps,
    asked,
    pause,
    rung,
)
from simulator.storm.timeline import Timeline

YES = Answer(True, "done")


class Paper:
    """A world in which nothing happens but time; `answers_ms`: after how long the hub answers."""

    def __init__(self, answers_ms: int | None = 500, answer: Answer | None = YES) -> None:
        self.timeline = Timeline(1_000)
        self.asked: list[tuple[str, str, int | None]] = []
        self._answers_ms, self._answer = answers_ms, answer

    def ask(
        self,
        by: str,
        kind: str,
        data: Mapping[str, Value],
        then: Callable[[Answer | None], None],
        version: int | None = None,
    ) -> None:
        self.asked.append((by, kind, version))
        if self._answers_ms is not None:
            self.timeline.after(self._answers_ms, lambda: then(self._answer))


class Diary:
    """What happened when."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.lines: list[tuple[int, object]] = []

    def write(self, what: object) -> None:
        self.lines.append((self.paper.timeline.now_ms, what))

    def begin(self, steps: Steps) -> Course:
        return Course(self.paper, steps, lambda: self.write("ended")).start()  # type: ignore[arg-type]  # a paper world


@pytest.fixture
def diary() -> Diary:
    return Diary(Paper())


def test_waits_are_kept_and_the_end_is_told(diary: Diary) -> None:
    def steps() -> Steps:
        yield from pause(2_000)
        diary.write("late")

    diary.begin(steps())
    diary.paper.timeline.run_for(5_000)
    assert diary.lines == [(3_001, "late"), (3_001, "ended")]


def test_a_bell_ends_a_wait_and_its_lack_does_too(diary: Diary) -> None:
    bell = Bell()

    def steps() -> Steps:
        diary.write((yield from rung(bell, 10_000)))
        diary.write((yield from rung(bell, 1_000)))

    diary.begin(steps())
    diary.paper.timeline.after(4_000, bell.ring)
    diary.paper.timeline.run_for(20_000)
    assert diary.lines == [(5_001, True), (6_001, False), (6_001, "ended")]
    bell.ring()
    diary.paper.timeline.run_for(1_000)
    assert len(diary.lines) == 3, "nobody waits any more"


def test_an_answer_comes_to_the_screen_and_never_within_the_hubs_turn(diary: Diary) -> None:
    def steps() -> Steps:
        diary.write((yield from asked("tom", "resolve", {}, 4)))

    diary.begin(steps())
    diary.paper.timeline.run_for(20_000)
    assert diary.lines[0] == (1_001 + 500 + SCREEN_MS, YES)
    assert diary.paper.asked == [("tom", "resolve", 4)]


def test_a_stuck_hub_is_given_up_and_its_late_answer_means_nothing() -> None:
    paper = Paper(answers_ms=ANSWER_MS + 3_000)
    diary = Diary(paper)

    def steps() -> Steps:
        diary.write((yield from asked("tom", "resolve", {})))
        yield from pause(60_000)
        diary.write("later")

    diary.begin(steps())
    paper.timeline.run_for(120_000)
    assert diary.lines[0] == (1_001 + ANSWER_MS, None)
    assert diary.lines[1] == (1_001 + ANSWER_MS + 60_000, "later")


def test_a_dead_hub_answers_nothing() -> None:
    paper = Paper(answer=None)
    diary = Diary(paper)

    def steps() -> Steps:
        diary.write((yield from asked("tom", "resolve", {})))

    diary.begin(steps())
    paper.timeline.run_for(20_000)
    assert diary.lines[0] == (1_501 + SCREEN_MS, None)


def test_who_is_stopped_does_nothing_more(diary: Diary) -> None:
    bell = Bell()

    def steps() -> Steps:
        yield from rung(bell, 3_000)
        diary.write("never")

    course = diary.begin(steps())
    diary.paper.timeline.run_for(500)
    course.stop()
    bell.ring()
    diary.paper.timeline.run_for(9_000)
    assert diary.lines == []
    assert course.over
