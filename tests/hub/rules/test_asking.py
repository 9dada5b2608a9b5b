"""What a gate is asked about, and what people are told when it stays shut; attempts and visits too:
the words of a refusal say what to do (P9), so they are held."""

from dataclasses import replace

import pytest

from hub.rules import visit as visit_rules
from hub.rules.asked import Asked, flag, number
from hub.rules.attempts import attempt_of
from hub.rules.directory import Directory, WorkerFacts
from hub.rules.gates import by_another
from hub.rules.model import Event, Part, Value, Visit
from tests.hub.rules.test_gates import OVERRIDE, start_out, with_gate
from tests.shipped import policy_of
from tests.stories.world import NINE, World

NOW = 1_790_000_000_000
VISIT = Visit("v", "t", "standard", "c", "Exmouth", NOW, NOW + 1, (Part("kim"), Part("lee")))


def asked(visit: Visit | None = None, part: Part | None = None, **data: Value) -> Asked:
    directory = Directory(
        workers={"kim": WorkerFacts(phone=True), "lee": WorkerFacts()},
        people=frozenset({"kim", "lee", "tess"}),
    )
    event = Event("plan_visit", NOW, by="olive", data=data)
    return Asked(event, "standard", frozenset(), visit, part, directory, ("kim", "lee"))


def test_whom_a_command_is_about() -> None:
    assert asked().whom == ("kim", "lee")
    assert asked(VISIT, VISIT.parts[0]).whom == ("kim",)
    assert asked(VISIT, VISIT.parts[0]).each(lambda worker: worker.phone)
    assert not asked().each(lambda worker: worker.phone)
    assert not asked(VISIT, Part("ana")).each(lambda worker: True), "nothing is known of her"
    assert not replace(asked(), workers=()).each(lambda worker: True)


def test_another_is_somebody_of_the_house_who_does_not_go() -> None:
    for named, holds in (("tess", True), ("kim", False), ("", False), ("nobody", False)):
        assert asked(second_person=named).another("second_person") == holds, named


@pytest.mark.parametrize("kind", ["visit", "site", "meeting", "day"])
def test_a_building_and_a_day_have_no_client(kind: str) -> None:
    none = kind in ("site", "day")
    assert asked(kind=kind).has_no_client == none
    assert not asked(kind=kind, client="c").has_no_client
    assert asked(replace(VISIT, kind=kind, client="")).has_no_client == none
    assert not asked(replace(VISIT, kind=kind)).has_no_client


def test_flags_and_numbers_as_forms_send_them() -> None:
    for said in (True, 1, "on", "true", "yes", "1", "YES"):
        assert flag({"x": said}, "x"), said
    for said in (False, 0, "", "no", "off", "0", "2"):
        assert not flag({"x": said}, "x"), said
    assert not flag({}, "x")
    for given, found in ((7, 7), (True, 1), (" 8 ", 8), ("-8", 0), ("x", 0), ("", 0), ("1.5", 0)):
        assert number({"x": given}, "x") == found, given
    assert number({}, "x") == 0


def test_who_may_let_it_pass_is_told_by_name_of_the_role() -> None:
    refused = start_out(with_gate(override=("duty-manager", "stranger")), {}, "olive").refused
    assert refused == ("Not so. Who may let it pass, with a note: Duty line manager, stranger.")
    passed = start_out(with_gate(override=("duty-manager",)), OVERRIDE)
    assert passed.reason == "started out, told by telephone; let pass: g by max"


def test_nobody_does_it_for_herself_and_nobody_does_it_namelessly() -> None:
    assert by_another("tess", ("kim", "lee")) == ""
    assert by_another("kim", ("kim", "lee")) == (
        "Nobody does this for herself or her pair: another person must."
    )
    assert by_another("", ()) == ("Nobody is named as doing this: it is done by a person, by name.")


@pytest.mark.parametrize(
    ("data", "reached", "why"),
    [
        ({"means": "work-mobile", "reached": True}, True, ""),
        ({"means": " work-mobile ", "result": "spoke", "note": " well "}, True, ""),
        ({"means": "work-mobile", "result": "no-answer"}, False, ""),
        (
            {"result": "perhaps"},
            False,
            "How it ended is one of",
        ),
        (
            {"means": "answerphone", "reached": True},
            True,
            "A message left is no contact: record it as not reached, and try her other lines.",
        ),
        (
            {"means": "work-mobile", "result": "answerphone", "reached": True},
            True,
            "A message left is no contact: record it as not reached, and try her other lines.",
        ),
        (
            {"means": "work-mobile", "result": "no-answer", "reached": True},
            True,
            "Only speech with her is contact: say that you spoke, or what else it was.",
        ),
    ],
)  # fmt: skip
def test_an_attempt_and_why_it_cannot_stand(
    data: dict[str, Value], reached: bool, why: str
) -> None:
    attempt, found = attempt_of(Event("record_contact", NOW, "tess", data=data))
    assert (attempt.at_ms, attempt.by, attempt.reached) == (NOW, "tess", reached)
    assert found.startswith(why) if why else found == ""
    assert attempt.means == str(data.get("means", "")).strip()
    assert (attempt.note, attempt.result) == (
        str(data.get("note", "")).strip(),
        data.get("result", ""),
    )


def test_what_is_said_to_a_command_that_fits_nothing() -> None:
    world = World()
    world.plan(workers="kim,lee")
    assert world.refuse("record_contact", "tess").refused == "Say for whom: kim, lee."
    assert world.refuse("resolve", "tess").refused == "resolve is not done to a visit."
    done = world.hub_event("beat_returned")
    assert done.reason == "beat_returned: recorded, it changes nothing here"
    stranger = Event("departed", NINE, by="ana", visit="v1", worker="ana")
    said = "departed by ana, who has no part in this visit: recorded"
    assert world.happen(stranger).reason == said
    nobody = Event("departed", NINE, visit="v1")
    said = "departed by nobody, who has no part in this visit: recorded"
    assert world.happen(nobody).reason == said
    timer = Event("due", NINE, visit="v1", worker="ana", data={"timer": "finish"})
    assert world.happen(timer).reason == "a timer of ana, who has no part in this visit"
    unknown = Event("due", NINE, visit="v1", worker="kim", data={"timer": "dog"})
    assert world.happen(unknown).reason == "timer dog is not in the terms of this visit"
    early = Event("due", NINE, visit="v1", worker="kim", data={"timer": "finish"})
    assert world.happen(early).reason == "finish no longer runs for this moment"
    world.command("cancel", "olive")
    world.unread.clear()
    said = "Her part is cancelled: there is nothing to change."
    assert world.refuse("record_contact", "tess", "kim").refused == said
    said = "This visit is cancelled: there is nothing to change."
    assert world.refuse("set_coverage", "tess", coverage="good").refused == said


def test_after_a_blind_hour_every_exposed_pendant_asks() -> None:
    world = World()
    world.plan(workers="kim,lee")
    assert world.hub_event("hub_restarted").reason == (
        "hub_restarted: nobody of this visit is exposed, recorded"
    )
    world.press("a-short", "lee")
    version = world.visit_now().version
    done = world.hub_event("clock_jumped")
    assert done.reason == "clock_jumped: her pendant asks whether she is well"
    assert world.part("lee").prompt == f"are-you-well-{version}"
    assert (world.part("kim").prompt, world.visit_now().version) == ("", version + 1)


def test_lost_beats_are_asked_about_where_somebody_is_exposed() -> None:
    policy = policy_of("homemaker-exeter")
    visit = World().plan(workers="kim,lee")
    lost = Event("beat_lost", NINE, "", "v1", "kim", "p-kim")
    for phase, exposed in (
        ("planned", False),
        ("on-the-way", False),
        ("at-door", True),
        ("inside", True),
        ("broken-off", True),
        ("leaving", True),
        ("going-home", False),
        ("closed", False),
    ):
        parts = (replace(visit.parts[0], phase=phase), visit.parts[1])
        done = visit_rules.decide(policy, replace(visit, parts=parts), lost, NINE)
        assert bool(done.effects) == exposed, phase
        if not exposed:
            said = "no beats, but nobody of this visit is exposed: recorded"
            assert done.reason == said
        else:
            (effect,) = done.effects
            assert effect.source == "v1:kim:beat_lost"  # type: ignore[union-attr]  # raises an alarm
            assert done.clause == effect.clause  # type: ignore[union-attr]  # the same
