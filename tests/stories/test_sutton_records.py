"""Sutton afterwards: incidents, yearly reviews, tests at random, what is on file."""

from hub.registers import rule
from hub.registers.seen import Seen
from hub.rules.effects import Decision
from hub.rules.model import Event, Record, Value
from tests.stories.telling import story
from tests.stories.world import World, ms

SUTTON = "sutton-cypl"
SEEN = Seen(
    "Europe/London",
    roles={"kim": (), "lee": (), "max": ("manager",), "olive": ("monitor",)},
    clients=frozenset({"client"}),
)
DAY = ms("24 h")


def _write(world: World, old: Record | None, by: str, **data: Value) -> Decision:
    event = Event("write_record", world.now_ms, by=by, data=data)
    return rule.decide(world.policy, old, event, "r1", world.now_ms, SEEN)


def _written(world: World, old: Record | None, by: str, **data: Value) -> Record:
    decision = _write(world, old, by, **data)
    assert not decision.refused, decision.refused
    assert decision.record is not None
    return decision.record


def _due(record: Record) -> dict[str, int]:
    return {each.timer: each.anchor_ms for each in record.due}


@story("SU-incident", proves=("register:incident",), policy=SUTTON)
def test_an_incident_or_near_miss_is_signed_with_actions_and_a_debriefing(world: World) -> None:
    told: dict[str, Value] = {"kind": "incident", "verb": "write", "about": "kim",
                              "what": "He blocked the door", "happened": "2026-09-21",
                              "near_miss": True}  # fmt: skip
    record = _written(world, None, "kim", **told)
    assert "sign" in _due(record), "nobody is reminded to sign it"
    kept = world.policy.register["incident"]
    assert kept.copies == ("Health and safety",)
    assert _write(world, record, "kim", verb="sign", actions="two go").refused
    assert _write(world, record, "olive", verb="sign", actions="two go").refused
    assert "actions" in _write(world, record, "max", verb="sign").refused
    signed = _written(world, record, "max", verb="sign", actions="Two go there from now on",
                      debrief="2026-09-22", copies_to="Health and safety")  # fmt: skip
    assert (signed.state, "sign" in _due(signed)) == ("signed", False)


@story("SU-review", proves=("register:assessment",), policy=SUTTON)
def test_an_assessment_is_reviewed_yearly_or_after_an_incident(world: World) -> None:
    told: dict[str, Value] = {"kind": "assessment", "verb": "write", "about": "client",
                              "found": "A dog", "assessed_on": "2026-09-21",
                              "assessors": "kim"}  # fmt: skip
    record = _written(world, None, "kim", **told)
    signed = _written(world, record, "max", verb="sign")
    assert 364 * DAY <= _due(signed).get("review", 0) - world.now_ms <= 366 * DAY
    incident = Event(rule.SINCE, world.now_ms + DAY)
    since = rule.decide(world.policy, signed, incident, "r1", world.now_ms + DAY, SEEN).record
    assert since is not None
    assert _due(since)["review"] == world.now_ms + DAY


@story("SU-drill", proves=("review:call-a-worker", "review:late-call-back", "register:drill"),
       policy=SUTTON)  # fmt: skip
def test_the_arrangements_are_tested_at_random_and_the_times_kept(world: World) -> None:
    found = {row.drill: row for row in world.policy.reviews if "SU-drill" in row.clause}
    for drill, days in (("call", 30), ("late-call-back", 60)):
        row = found.get(drill)
        assert row is not None, f"nothing tests {drill}"
        event = Event(rule.BEGIN, world.now_ms, data={"duty": row.id})
        drawn = set()
        for draw in (1, 10**9, 10**12):
            seen = Seen("Europe/London", draw=draw)
            record = rule.decide(world.policy, None, event, "r1", world.now_ms, seen).record
            assert record is not None
            assert record.fields["drill"] == drill
            drawn.add(int(record.fields["due_ms"]))
        assert len(drawn) > 1, "always at the same moment"
        assert all(0 < moment - world.now_ms <= (days + 1) * DAY for moment in drawn)
    started = _written(world, None, "max", kind="drill", verb="start", about="kim", sort="call")
    ended = _written(world, started, "max", verb="answer", took_s=70)
    assert (ended.state, ended.fields["took_s"]) == ("answered", 70)
    kept = world.policy.register.get("drill")
    assert kept is not None
    assert "how long each answer took" in kept.text


@story("SU-board", proves=("register:absence", "screen:board", "screen:away", "letter:C"),
       policy=SUTTON)  # fmt: skip
def test_leave_sick_leave_and_courses_stand_on_the_board_with_the_return(world: World) -> None:
    for sort in ("leave", "sick", "course"):
        record = _written(world, None, "olive", kind="absence", verb="write", about="kim",
                          sort=sort, first_day="2026-09-21", back_on="2026-09-28")  # fmt: skip
        assert record.fields["back_on"] == "2026-09-28"
    kept = world.policy.register.get("absence")
    assert kept is not None
    assert "day of return" in kept.text
    shown = {row.shows for row in world.policy.screens if "SU-board" in row.clause}
    assert shown == {"board", "away"}
    assert world.policy.letter_for.get("on_course") == "C"


@story("SU-induct", "SU-chain", proves=("register:induction", "register:next-of-kin"),
       policy=SUTTON)  # fmt: skip
def test_what_induction_covers_and_takes(world: World) -> None:
    kept = world.policy.register
    assert {"induction", "next-of-kin"} <= set(kept)
    for covered in ("safe systems of work", "information", "help"):
        assert covered in kept["induction"].text
    assert kept["next-of-kin"].clause == ("SU-chain",)


@story("SU-false", "SU-brief", proves=("screen:call", "screen:emergency"), policy=SUTTON)
def test_whoever_answers_the_telephone_sees_phrase_script_and_what_to_read_out(
    world: World,
) -> None:
    shown = {row.shows: row.clause for row in world.policy.screens}
    assert shown.get("call") == ("SU-false",)
    assert shown.get("emergency") == ("SU-brief",)
