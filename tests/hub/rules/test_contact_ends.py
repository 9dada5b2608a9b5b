"""A departure that is confirmed, and the end of her part: letters, moments and refusals."""

import pytest

from hub.rules.effects import Decision
from hub.rules.model import Event
from tests.hub.rules.test_claims import at
from tests.hub.rules.test_contact import EVERY, answered, kinds, with_fired
from tests.shipped import policy_of
from tests.stories.world import NINE, World, ms


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
    world = at("leaving")
    world.command("confirm_departure")
    departed_ms = world.part().anchors["departed"]
    assert departed_ms > world.part().anchors["confirmed"]
    for at_ms, refused in ((departed_ms - 1, True), (departed_ms, False)):
        event = Event("confirm_home", at_ms, by="tess", visit="v1", worker="kim")
        said = world.happen(event).refused
        assert said == ("This is older than her visit: speak with her now." if refused else "")
    world = at("inside")
    event = Event("confirm_home", NINE - 1, by="tess", visit="v1", worker="kim")
    assert world.happen(event).refused


@pytest.mark.clause("DC-interval")
def test_contact_about_another_entry_is_contact_for_her_day_and_for_nothing_else() -> None:
    def elsewhere(world: World, by: str = "tess") -> Decision:
        event = Event("contact_elsewhere", world.now_ms, by, "v1", "kim", data={"means": "office"})
        return world.happen(event)

    nothing = "spoken with elsewhere: recorded, it changes nothing here"
    assert elsewhere(at("inside")).reason == nothing
    world = World(policy=policy_of("derbyshire-childrens-services"))
    world.plan(kind="day", day_entry=True, end="8 h", expected_back_ms=NINE + ms("8 h"))
    said = "spoken with elsewhere, by nobody else: recorded, it is no contact"
    assert elsewhere(world, "kim").reason == said
    assert "contact" not in world.part().anchors
    world.now_ms += ms("1 h")
    done = elsewhere(world)
    assert done.reason == "spoken with her about another entry of hers"
    part = world.part()
    assert part.anchors["contact"] == part.anchors["awaited"] == world.now_ms
    assert [(each.means, each.by) for each in part.attempts] == [("office", "tess")]
    world.command("confirm_home")
    assert elsewhere(world).reason == nothing


@pytest.mark.clause("HM-8.2")
def test_who_is_told_not_to_go_in_is_not_at_the_end() -> None:
    for phase, said in (
        ("on-the-way", "She is not at the door yet: cancel the visit, or call her back."),
        ("inside", "She is inside: tell her to leave, and abandon the visit."),
    ):
        assert at(phase).refuse("refuse_entry").refused == said
    world = at("at-door")
    with_fired(world, *EVERY)
    done = world.command("refuse_entry")
    assert (done.reason, done.clause) == ("told not to go in (HM-8.2)", ("HM-8.2",))
    assert kinds(answered(done)) == {"arrival_unconfirmed", "no_tracker"}
    assert world.part().phase == "broken-off"
    assert world.part().anchors["broken_off"] == world.now_ms


@pytest.mark.clause("HM-4.2.2")
def test_what_is_said_where_there_is_nothing_to_call_back_for() -> None:
    for phase, command, said in (
        ("on-the-way", "abandon", "She has not arrived: cancel the visit instead."),
        ("leaving", "abandon", "She is leaving already."),
        ("on-the-way", "carry_on", "She is on-the-way: there is nothing to call back for."),
        ("on-the-way", "start_out", "She has started out already: this part is on-the-way."),
    ):
        assert at(phase).refuse(command, every_min=30).refused == said
    done = at("inside").command("abandon")
    assert done.reason == (
        "broken off: she is told to leave; watched until she is known to be safe (HM-4.2.2c)"
    )
    world = at("inside", concern=True)
    world.now_ms += ms("30 min")
    done = world.command("carry_on", every_min=30, means="work-mobile")
    assert done.reason == "further call-backs every 30 minutes (HM-4.2.2b)"
    done = world.command("stand_down", means="answerphone")
    assert done.reason == ("call-backs stood down; the finish and the departure stay (HM-4.2.2a)")
    part = world.part()
    assert (part.stood_down, part.call_every_ms) == (True, 0)
    assert [each.means for each in part.attempts] == ["work-mobile"], "a message is no contact"
    world.unread.clear()
