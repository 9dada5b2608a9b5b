"""A departure that is confirmed, and the end of her part: letters, moments and refusals."""

import pytest

from hub.rules.model import Event
from tests.hub.rules.test_claims import at
from tests.stories.world import NINE


@pytest.mark.clause("HM-3.5", "HM-6.1")
@pytest.mark.parametrize(
    ("then", "phase", "letters", "said", "clause"),
    [
        ("base", "to-base", ("D",), "departure confirmed by a person", ("HM-3.5",)),
        (
            "home",
            "going-home",
            ("D", "NR"),
            "departure confirmed by a person: not returning",
            ("HM-3.5", "HM-6.1"),
        ),
        ("next", "closed", ("D",), "departure confirmed by a person", ("HM-3.5",)),
    ],
)
def test_a_departure_that_is_confirmed(
    then: str, phase: str, letters: tuple[str, ...], said: str, clause: tuple[str, ...]
) -> None:
    world = at("leaving")
    before = {mark.letter for mark in world.part().marks}
    done = world.command("confirm_departure", then=then, means="in-person")
    part = world.part()
    assert (done.reason, done.clause, part.phase) == (said, clause, phase)
    assert tuple(m.letter for m in part.marks if m.letter not in before) == letters
    assert part.anchors["departed"] == part.anchors["contact"] == world.now_ms
    assert (part.claims, part.call_every_ms, part.prompt) == ((), 0, "")
    assert [each.means for each in part.attempts] == ["in-person"]


def test_a_departure_that_is_not() -> None:
    for phase, said in (
        ("on-the-way", "She has not arrived: cancel the visit instead."),
        ("to-base", "Her departure is confirmed already."),
        ("going-home", "Her departure is confirmed already."),
    ):
        assert at(phase).refuse("confirm_departure").refused == said
    world = at("leaving")
    said = world.refuse("confirm_departure", then="moon").refused
    assert said.startswith("Say what she does then: ")
    old = Event("confirm_departure", NINE - 1, by="tess", visit="v1", worker="kim")
    done = world.happen(old)
    assert done.refused == "This is older than her going in: speak with her now."
    world.press("d-hold")
    world.command("confirm_departure")
    assert [each.kind for each in world.part().claims] == ["home_safe"]


def test_the_end_of_her_part() -> None:
    world = at("leaving")
    done = world.command("confirm_home", means="in-person")
    part = world.part()
    assert done.reason == "known to be safe: closed by a person"
    assert part.phase == "closed"
    assert [mark.letter for mark in part.marks][-1] == "D", "she had not been known to be away"
    assert (part.claims, part.prompt, part.anchors["contact"]) == ((), "", world.now_ms)
    assert [each.means for each in part.attempts] == ["in-person"]
    world = at("to-base")
    marks = world.part().marks
    world.command("confirm_home")
    assert world.part().marks == marks


def test_what_is_no_end_of_her_part() -> None:
    for phase in ("planned", "on-the-way", "at-door"):
        said = at(phase).refuse("confirm_home").refused
        assert said == f"She is {phase}: cancel before arrival, confirm the departure after it."
    world = at("to-base")
    said = world.refuse("confirm_home", means="answerphone").refused
    assert said == "A message left is no contact: speak with her, or see her."
    departed_ms = world.part().anchors["departed"]
    for at_ms, refused in ((departed_ms - 1, True), (departed_ms, False)):
        event = Event("confirm_home", at_ms, by="tess", visit="v1", worker="kim")
        said = world.happen(event).refused
        assert said == ("This is older than her visit: speak with her now." if refused else "")
    world = at("inside")
    event = Event("confirm_home", NINE - 1, by="tess", visit="v1", worker="kim")
    assert world.happen(event).refused
