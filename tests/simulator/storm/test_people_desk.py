"""A form as people fill it in: what is drawn in goes along, what cannot be typed is left out."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.rules.model import Part, Visit
from hub.web.views.fields import Field, Form
from simulator.storm.people.desk import posted
from simulator.storm.people.entries import SORTS, moment_ms, sort_of
from simulator.storm.people.routine import lingers

LONDON = ZoneInfo("Europe/London")
# The last hour before the clocks skip one.
SPRING_MS = int(datetime(2027, 3, 28, 0, 40, tzinfo=UTC).timestamp() * 1000)
MINUTE_MS = 60_000
CONTACT = Form(
    kind="record_contact",
    title="",
    button="",
    url="",
    fields=(
        Field("means", "", "radio", True, (("work-mobile", ""), ("in-person", "")), "work-mobile"),
        Field("result", "", "press", True, (("spoke", ""), ("no-answer", ""))),
    ),
    fixed={"alarm": "a-1"},
)


def test_what_is_drawn_in_goes_along_and_what_follows_is_told() -> None:
    data = posted(CONTACT, {"result": "no-answer"}, SPRING_MS, LONDON)
    assert data == {"alarm": "a-1", "means": "work-mobile", "result": "no-answer",
                    "reached": False}  # fmt: skip


def test_a_form_that_lacks_an_answer_is_not_sent() -> None:
    assert posted(CONTACT, {}, SPRING_MS, LONDON) is None


def test_nobody_answers_what_the_page_does_not_ask() -> None:
    with pytest.raises(KeyError, match="place"):
        posted(CONTACT, {"result": "spoke", "place": "C17"}, SPRING_MS, LONDON)


def test_a_tick_is_not_made_by_the_browser() -> None:
    form = Form("x", "", "", "", (Field("place", "", "tick", True, (("C17", ""),), "C17"),))
    assert posted(form, {}, SPRING_MS, LONDON) is None
    assert posted(form, {"place": "C17"}, SPRING_MS, LONDON) == {"place": "C17"}


@pytest.mark.parametrize("required", [False, True])
def test_an_hour_that_the_clocks_skip_is_left_empty(required: bool) -> None:
    form = Form("extend", "", "", "", (Field("end_ms", "", "time", required, (), "01:30"),))
    assert posted(form, {}, SPRING_MS, LONDON) == (None if required else {})
    assert posted(form, {"end_ms": "02:30"}, SPRING_MS, LONDON) == {
        "end_ms": SPRING_MS + 50 * MINUTE_MS
    }


def test_moments_are_typed_from_start_and_end() -> None:
    assert moment_ms("@end+40", 1_000, 2_000) == 2_000 + 40 * MINUTE_MS
    assert moment_ms("@start", 1_000, 2_000) == 1_000
    assert moment_ms("tom", 1_000, 2_000) is None


def test_a_sort_that_a_procedure_has_not_is_an_ordinary_visit() -> None:
    assert sort_of("plain", "meeting") == SORTS["plain"]["visit"]
    assert sort_of("acorn-partnership", "high").pair


@pytest.mark.parametrize(
    ("phase", "anchors", "late"),
    [
        ("planned", {}, False),
        ("planned", {"planned_start": 0}, True),
        ("inside", {"confirmed": 0, "finish": 40 * MINUTE_MS}, False),
        ("inside", {"confirmed": 0, "finish": 20 * MINUTE_MS}, True),
        ("inside", {"contact": 25 * MINUTE_MS, "finish": 20 * MINUTE_MS}, False),
        ("to-base", {"departed": 10 * MINUTE_MS}, True),
        ("to-base", {"departed": 20 * MINUTE_MS}, False),
        ("closed", {"departed": 0}, False),
    ],
)
def test_who_lingers_is_rung_up(phase: str, anchors: dict[str, int], late: bool) -> None:
    now_ms = 30 * MINUTE_MS
    part = Part("bea", phase=phase, anchors=anchors)
    start_ms = anchors.get("planned_start", 20 * MINUTE_MS)
    visit = Visit("v-1", "", "standard", "c-1", "", start_ms, 40 * MINUTE_MS, (part,))
    assert lingers(visit, part, now_ms) is late
