"""Starts drills: by a person, by plan, or at a moment drawn by lot (SU-drill).

Rules: no drill begins while somebody may be in real danger, whom a silent alarm is about least of
all; whom the hub chooses is in the log with the event, so that a replay chooses the same.
"""

from dataclasses import replace

from hub.engine import decide
from hub.engine.asking import answer
from hub.engine.turn import Turn
from hub.engine.whereabouts import out
from hub.inbox import Answer
from hub.rules.drills import ABOUT_SOMEBODY, KIND, REAL_RANK, is_drill
from hub.rules.effects import RaiseAlarm
from hub.rules.gates import flag
from hub.rules.kinds import ALARM_KINDS
from hub.rules.model import Alarm, Event


def start(turn: Turn, event: Event) -> Answer:
    """`at_random` without a person: the hub chooses whom."""
    real = next((alarm for alarm in turn.state.alarms.values() if _is_real(alarm)), None)
    if real is not None:
        # Which alarm is not said: whoever asks may be its worker, and it may be silent (P2).
        return _refused(turn, event, "No drill now: look at the alarms first.")
    person = str(event.data.get("person", "")).strip()
    if not person and event.data.get("drill") in ABOUT_SOMEBODY and flag(event.data, "at_random"):
        person = _somebody(turn, event.by)
        event = replace(event, data={**event.data, "person": person})
    known = turn.state.people.get(person)
    if person and (known is None or not known.active):
        return _refused(turn, event, f"There is no person {person[:40]!r} to call.")
    decision = decide.off_visit(turn, event)
    sources = [effect.source for effect in decision.effects if isinstance(effect, RaiseAlarm)]
    return answer(decision, turn.state.sources.get((KIND, sources[0]), "") if sources else "")


def _refused(turn: Turn, event: Event, why: str) -> Answer:
    turn.note("start_drill", f"refused: {why}", event)
    return Answer(False, why)


def _is_real(alarm: Alarm) -> bool:
    return not is_drill(alarm) and ALARM_KINDS[alarm.kind][0] <= REAL_RANK


def fell_due(turn: Turn, sort: str) -> None:
    """A drill of the calendar, at a moment that nobody knew (SU-drill). When it cannot be now, the
    duty stays due and its people are reminded of it."""
    start(turn, Event("start_drill", turn.now_ms, data={"drill": sort, "at_random": True}))


def _somebody(turn: Turn, by: str) -> str:
    """A worker who is out now; when nobody is, one who carries a pendant. "" when there is none."""
    store, known = turn.state.store, turn.state.people
    rows = store.all("SELECT DISTINCT worker FROM pendant WHERE worker <> '' AND state = 'active'")
    for names in (out(turn.state), [str(who) for (who,) in rows]):
        able = sorted(who for who in names if who != by and who in known and known[who].active)
        if able:
            return able[int.from_bytes(turn.ids.random_bytes(4), "big") % len(able)]
    return ""
