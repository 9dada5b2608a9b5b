"""After a start: what the hub missed, told once and clearly, and nothing resolved by it.

Rules: the time without a hub is one line, "blind from … to …"; open alarms begin their wait for
people anew, because nobody was paged meanwhile; visits keep their deadlines, which fire dated when
they fell due, most dangerous first. No visit is loaded that is not due.
"""

from hub.engine import decide
from hub.engine.turn import Turn
from hub.rules.model import Event, Value
from hub.store.changes import rank_of

BLIND_MS = 30_000  # of link time: shorter than this nobody could tell the difference
RESTORED = "restored_ms"  # in meta, set by `allswell restore`; told once
PAGED_AT_ONCE = 200  # alarms in one turn after an outage
ASKED_AT_ONCE = 100  # visits asked in one turn after the clock jumped


def recover(turn: Turn, blind_from_ms: int) -> list[str]:
    """The first turn after a start; what came from the broker has been taken already. Returns the
    alarms to be paged again, most dangerous first: none when nobody could notice the gap."""
    blind_ms = turn.now_ms - blind_from_ms
    facts: dict[str, Value] = {"blind_from_ms": blind_from_ms, "blind_until_ms": turn.now_ms}
    event = Event("hub_restarted", turn.now_ms, data=facts)
    waiting = sorted(turn.state.alarms.values(), key=lambda alarm: (rank_of(alarm), alarm.id))
    if turn.state.store.meta(RESTORED):
        turn.changes.meta[RESTORED] = ""
        turn.note("hub_restarted", "the database was put back from a copy: later events are lost")
    if blind_ms < BLIND_MS * turn.speed:
        turn.note("hub_restarted", f"the hub started again after {blind_ms} ms", event)
        return []
    turn.changes.meta["blind_from_ms"] = str(blind_from_ms)
    turn.changes.meta["blind_until_ms"] = str(turn.now_ms)
    turn.after.changed.add("board")
    if _anything_open(turn):
        decide.off_visit(turn, event)
    else:
        turn.note("hub_restarted", f"blind for {blind_ms} ms; nothing was open", event)
    return [alarm.id for alarm in waiting]


def page_again(turn: Turn, alarms: list[str], blind_from_ms: int) -> None:
    """The next few of the alarms that nobody was paged about while the hub was down."""
    facts: dict[str, Value] = {"blind_from_ms": blind_from_ms, "blind_until_ms": turn.now_ms}
    for alarm_id in alarms[:PAGED_AT_ONCE]:
        alarm = turn.state.alarms.get(alarm_id)
        if alarm is not None:
            event = Event(
                "hub_restarted",
                turn.now_ms,
                visit=alarm.visit,
                worker=alarm.worker,
                pendant=alarm.pendant,
                data=facts,
            )
            decide.alarm_event(turn, event, alarm)
    del alarms[:PAGED_AT_ONCE]


def _anything_open(turn: Turn) -> bool:
    if turn.state.alarms:
        return True
    running = "SELECT 1 FROM visit WHERE open = 1 AND phase <> 'planned' LIMIT 1"
    missed = "SELECT 1 FROM deadline WHERE due_ms <= ? LIMIT 1"
    store = turn.state.store
    return store.one(running) is not None or store.one(missed, (turn.now_ms,)) is not None


def watch_again(turn: Turn) -> None:
    """Everybody on a running visit counts as heard now: a hub that was down has heard nobody."""
    for (pendant,) in turn.state.store.all("SELECT id FROM pendant WHERE watched = 1"):
        turn.state.watch.start(pendant, turn.now_ms)


def jumped(turn: Turn, by_ms: int) -> list[str]:
    """An alarm; returns the running visits, each of which is then asked (`ask`)."""
    event = Event("clock_jumped", turn.now_ms, data={"by_ms": by_ms})
    decide.off_visit(turn, event)
    rows = turn.state.store.all(
        "SELECT id FROM visit WHERE open = 1 AND phase <> 'planned' ORDER BY planned_start_ms"
    )
    return [row[0] for row in rows]


def ask(turn: Turn, visits: list[str], by_ms: int) -> None:
    """The next few of the visits that a jump of the clock makes doubtful."""
    for visit_id in visits[:ASKED_AT_ONCE]:
        visit = turn.visit(visit_id)
        if visit is not None:
            event = Event("clock_jumped", turn.now_ms, visit=visit_id, data={"by_ms": by_ms})
            decide.visit_event(turn, event, visit)
    del visits[:ASKED_AT_ONCE]
