"""What raises an alarm at once: by which row, gathered by what, about whom (P4)."""

from dataclasses import replace

import pytest

from hub.rules import dangers
from hub.rules.effects import Decision, RaiseAlarm
from hub.rules.entries import first_asked
from hub.rules.gates import Asked, lacking
from hub.rules.kinds import ON_EVENTS
from hub.rules.model import Event, Press, Value, Visit
from hub.rules.prompting import instructions
from hub.rules.raising import alarm_of, on_row, told_alarm
from tests.shipped import policy_of
from tests.stories.people import CLIENT
from tests.stories.world import World

NOW = 1_790_000_000_000
POLICY = policy_of("homemaker-exeter")
PRESS = "00000000000000ab.9"


def event(kind: str, by: str = "", worker: str = "", pendant: str = "", **data: Value) -> Event:
    return Event(kind, NOW, by, "", worker, pendant, PRESS, data)


def effect_of(done: Decision) -> RaiseAlarm:
    (effect,) = done.effects
    assert isinstance(effect, RaiseAlarm)
    assert (done.reason, done.clause) == (effect.why, effect.clause)
    row = POLICY.on_event[{v: k for k, v in ON_EVENTS.items()}.get(effect.kind, "unplanned")]
    assert effect.why
    assert row.ladder in {ladder.id for ladder in POLICY.ladders}
    return effect


@pytest.mark.parametrize(
    ("worker", "pendant", "data", "about"),
    [
        ("kim", "p-kim", {"role": "office"}, "p-kim"),
        ("kim", "", {"role": "office"}, "kim"),
        ("", "", {"role": "office"}, "office"),
        ("", "", {}, "hub"),
    ],
)
def test_the_hubs_own_trouble_is_gathered_by_what_it_is_about(
    worker: str, pendant: str, data: dict[str, Value], about: str
) -> None:
    kinds = ("hub_restarted", "clock_jumped", "nobody_on_duty", "identity_conflict", "beat_lost")
    for kind in kinds:
        happened = Event(kind, NOW, "", "", worker, pendant, "", data)
        effect = effect_of(dangers.off_visit(POLICY, happened, NOW))
        assert effect.source == f"{kind}:{about}"
        assert effect.kind == ON_EVENTS[kind]
        assert (effect.at_ms, effect.ladder) == (NOW, on_row(POLICY, kind).ladder)
        assert effect.clause == on_row(POLICY, kind).clause


@pytest.mark.parametrize(
    ("by", "worker", "pendant", "carrier", "about"),
    [
        ("lee", "kim", "p-kim", "p-kim", "kim"),
        ("lee", "kim", "", "kim", "kim"),
        ("lee", "", "", "lee", "lee"),
        ("lee", "", "p-kim", "p-kim", "lee"),
    ],
)
def test_a_press_is_gathered_by_who_carries_the_pendant(
    by: str, worker: str, pendant: str, carrier: str, about: str
) -> None:
    press = Press(PRESS, NOW, NOW + 5)
    for kind, source in (
        ("sos_pressed", "sos_pressed"),
        ("duress", "duress"),
        ("unknown_open_press", "sos_pressed"),
    ):
        pressed = event(kind, by, worker, pendant)
        effect = effect_of(dangers.off_visit(POLICY, pressed, NOW + 5))
        assert (effect.source, effect.worker, effect.press) == (f"{source}:{carrier}", about, press)
        assert (effect.verified, effect.pendant) == (True, pendant)
        assert effect.silent == (kind == "duress")
    asked = effect_of(dangers.off_visit(POLICY, event("departed", by, worker, pendant), NOW))
    assert (asked.source, asked.worker, asked.press) == (f"unplanned:{carrier}", about, None)
    doubtful = dangers.off_visit(POLICY, event("sos_pressed", by, worker, pendant), NOW, False)
    found = effect_of(doubtful)
    assert (found.kind, found.source) == ("unverified_sos", f"unverified:{carrier}")
    assert (found.verified, found.worker) == (False, worker)


@pytest.mark.parametrize("kind", ["duress", "duress_suspected", "sos_aborted"])
def test_an_open_press_that_says_what_it_is_is_that(kind: str) -> None:
    """So that a silent one stays silent, and joins the press itself, should it come later."""
    found = event("unknown_open_press", "kim", "kim", "p-kim", press=kind)
    effect = effect_of(dangers.off_visit(POLICY, found, NOW + 5))
    assert effect == dangers.press_alarm(POLICY, replace(found, kind=kind), NOW + 5)
    assert effect.source == f"{kind}:p-kim"
    for said in ("sos_pressed", "booted", ""):
        unclear = event("unknown_open_press", "kim", "kim", "p-kim", press=said)
        assert effect_of(dangers.off_visit(POLICY, unclear, NOW)).source == "sos_pressed:p-kim"


@pytest.mark.parametrize("kind", sorted(dangers.HARMLESS_OFF_VISIT))
def test_what_is_harmless_off_a_visit_is_recorded(kind: str) -> None:
    done = dangers.off_visit(POLICY, event(kind, "kim"), NOW)
    assert (done.effects, done.reason) == ((), f"{kind} without a visit about now: recorded")


def test_what_nobody_can_verify_and_is_no_danger_is_recorded() -> None:
    done = dangers.off_visit(POLICY, event("departed", "kim"), NOW, False)
    assert (done.effects, done.reason) == ((), "departed without a visit about now: recorded")


@pytest.mark.clause("HM-5.1", "HM-7.3")
@pytest.mark.parametrize(
    ("how", "kind", "source"),
    [
        ("coded-phrase", "coded_danger", "coded-phrase"),
        ("family", "family_worried", "family"),
        ("call", "sos", "call"),
        ("pigeon", "sos", "call"),
        ("", "sos", "call"),
    ],
)
def test_danger_told_by_telephone(how: str, kind: str, source: str) -> None:
    visit = World().plan()
    pair = World().plan(workers="kim,lee")
    cases: tuple[tuple[str, str, Visit | None, str], ...] = (
        ("kim", "", None, "kim"),
        ("", "lee", None, "lee"),
        ("", "", visit, "kim"),
        ("", "lee", visit, "lee"),
        ("", "", pair, ""),
        ("", "", None, ""),
    )
    for worker, named, on, about in cases:
        data: dict[str, Value] = {"how": how, "worker": named}
        told = Event("report_danger", NOW, "olive", worker=worker, data=data)
        done = dangers.reported(POLICY, told, on)
        effect = effect_of(done)
        assert (effect.kind, effect.worker) == (kind, about)
        assert effect.source == f"{source}:{about or 'unknown'}"
        assert done.visit is on


def test_a_policy_without_the_row_pages_its_first_ladder() -> None:
    bare = replace(POLICY, on=())
    assert on_row(bare, "sos_pressed").ladder == bare.ladders[0].id
    found = alarm_of(bare, "sos_pressed", event("sos_pressed", worker="kim"), "s")
    assert (found.kind, found.why, found.worker) == ("sos", "sos (ours)", "kim")
    assert alarm_of(bare, "no_such_row", event("x"), "s").kind == "unplanned"
    told = told_alarm(POLICY, "family", event("report_danger"), "")
    assert told.source == "family:unknown"


def test_where_nobody_can_be_asked_the_page_says_so_by_its_roles() -> None:
    visit = World().plan()
    first = first_asked(POLICY, visit, "late_reply", "why")
    ladder = POLICY.ladder[on_row(POLICY, "unplanned").ladder]
    assert (first.roles, first.about, first.why) == (ladder.steps[0].roles, "late_reply", "why")
    for bare in (
        replace(POLICY, ladders=()),
        replace(POLICY, ladders=tuple(replace(each, steps=()) for each in POLICY.ladders)),
    ):
        assert first_asked(bare, visit, "late_reply", "why").roles == ()


def test_instructions_are_shown_where_their_level_and_facts_hold() -> None:
    world = World()
    visit = world.plan()
    row = POLICY.instructions[0]
    moment = row.at[0]
    assert row in instructions(POLICY, moment), "without a visit all of them"
    other = replace(row, levels=("no-such-level",))
    bare = replace(POLICY, instructions=(other,))
    assert instructions(bare, moment, visit, visit.parts[0]) == ()
    assert instructions(bare, moment) == (other,)
    tied = replace(row, levels=(), when=("signs_of_entry",))
    bare = replace(POLICY, instructions=(tied,))
    assert instructions(bare, moment, visit, visit.parts[0]) == ()
    assert instructions(bare, moment, visit) == (tied,), "without a part its facts are not known"
    seen = replace(visit.parts[0], facts=("signs_of_entry",))
    assert instructions(bare, moment, visit, seen) == (tied,)


def test_what_the_clients_record_lacks_is_said_and_never_what_is_on_it() -> None:
    gate = next(gate for gate in POLICY.gates if gate.requires)
    gate = replace(gate, requires=("full_address", "client_details"))

    def lacks(**changes: object) -> str:
        client = replace(CLIENT, **changes)  # type: ignore[arg-type]  # fields by name
        world = World()
        directory = replace(world.directory, clients={"client": client})
        planned = Event("plan_visit", NOW, data={"client": "client"})
        return lacking(gate, Asked(planned, "standard", frozenset(), directory=directory))

    assert lacks() == ""
    assert lacks(address="") == "On the client's record is no address."
    said = lacks(address="", postcode="", lines=())
    assert said == "On the client's record is no address, no postcode, no telephone line."
    nobody = Event("plan_visit", NOW, data={"client": "nobody"})
    assert lacking(gate, Asked(nobody, "standard", frozenset())) == ""
