"""What has fallen due, in order, dated when it fell due.

Rules: deadlines are rows; what is due is asked of the index, so that a hundred thousand visits that
are not due cost nothing. Normally the earliest goes first; after an outage the most dangerous
(`Turn.blind`). A deadline that a decision of the same turn moved or ended does not fire. One that
its rule leaves standing would fire for ever: it is put off and a person is told.
"""

from dataclasses import replace
from heapq import heappop

from hub.engine import beats, decide, keeping, registers, renewal
from hub.engine.turn import Due, Turn, alarm_deadlines
from hub.rules import dangers
from hub.rules.model import Deadline, Event, Value
from hub.store.changes import OPEN_RANK, RECORD_RANK, rank_of
from hub.store.store import Store

MAX_DUE = 200  # in one turn; between turns an SOS gets in
STUCK_MS = 300_000

_DUE = "SELECT rank, due_ms, owner, timer, worker FROM deadline WHERE due_ms <= ?"
_EARLIEST = f"{_DUE} ORDER BY due_ms LIMIT ?"
# Few alarms and the earliest of the visits: a scan of all that is due would be the slow way.
_DANGER = f"{_DUE} AND rank < {OPEN_RANK} ORDER BY rank, due_ms LIMIT ?"


def collect(turn: Turn) -> None:
    """What the index says is due; what this turn moves is told apart when it is taken."""
    found = turn.state.store.all(_EARLIEST, (turn.now_ms, MAX_DUE))
    if turn.blind:
        found += turn.state.store.all(_DANGER, (turn.now_ms, MAX_DUE))
    for rank, due_ms, owner, timer, worker in found:
        turn.fall_due(rank, due_ms, owner, timer, worker)


def fire(turn: Turn, limit: int = MAX_DUE) -> int:
    """Everything due, up to a limit; how many were decided."""
    count = 0
    done: set[tuple[str, str, str, int]] = set()
    while turn.due and count < limit:
        _, _, owner, timer, worker = heappop(turn.due)
        due = current(turn, owner, timer, worker)
        if due is None or due.due_ms > turn.now_ms:
            continue
        key = (owner, timer, worker, due.due_ms)
        if key in done:
            continue
        done.add(key)
        count += 1
        _fire(turn, owner, due)
        if current(turn, owner, timer, worker) == due:
            _put_off(turn, owner, due)
    turn.due.clear()
    return count


def current(turn: Turn, owner: str, timer: str, worker: str) -> Deadline | None:
    """The deadline as it stands now, or None when it has gone."""
    kind, _, name = owner.partition(":")
    if kind == renewal.OWNER:
        return renewal.current(turn, name)
    if kind == "record":
        record = registers.record_of(turn.state, name)
        found = () if record is None else record.due
    elif kind == "alarm":
        found = alarm_deadlines(turn.state.alarms.get(name))
    else:
        entry = turn.state.visit(name)
        found = () if entry is None else entry.deadlines
    for each in found:
        if each.timer == timer and each.worker == worker:
            return each
    return None


def _fire(turn: Turn, owner: str, due: Deadline) -> None:
    kind, _, name = owner.partition(":")
    facts: dict[str, Value] = {"timer": due.timer, "anchor_ms": due.anchor_ms}
    if kind == "alarm":
        alarm = turn.state.alarms[name]
        event = Event(
            "due",
            due.due_ms,
            visit=alarm.visit,
            worker=alarm.worker,
            pendant=alarm.pendant,
            data=facts,
        )
        decide.alarm_event(turn, event, alarm)
        return
    if kind == "record":
        keeping.fire(turn, name, due.timer, due.due_ms)
        return
    if kind == renewal.OWNER:
        renewal.fire(turn, name, due)
        return
    visit = turn.visit(name)
    if visit is not None:
        event = Event("due", due.due_ms, visit=name, worker=due.worker, data=facts)
        decide.visit_event(turn, event, visit)


def earliest(store: Store, now_ms: int) -> list[Due]:
    """What the index says is due, one by one: for when a turn of all of it failed."""
    return [(*row,) for row in store.all(_EARLIEST, (now_ms, MAX_DUE))]


def fire_one(turn: Turn, due: Due) -> None:
    """Just this one, if it still stands."""
    turn.fall_due(*due)
    fire(turn)


def set_aside(turn: Turn, due: Due, fault: str) -> None:
    """No turn survives this one: put off, and told to a person."""
    _, due_ms, owner, timer, worker = due
    turn.note("item_failed", "a fault of the hub's own: a person looks", fault=fault[:200])
    standing = current(turn, owner, timer, worker) or Deadline(timer, due_ms, worker)
    _put_off(turn, owner, standing)


def _put_off(turn: Turn, owner: str, due: Deadline) -> None:
    """The rules let it stand although it is due: a fault of ours, never a silent loop (P3)."""
    later = Deadline(due.timer, turn.now_ms + STUCK_MS, due.worker, due.anchor_ms)
    kind, _, name = owner.partition(":")
    alarm = turn.state.alarms.get(name) if kind == "alarm" else None
    quiet = kind in ("record", renewal.OWNER)
    rank = (RECORD_RANK if quiet else OPEN_RANK) if alarm is None else rank_of(alarm)
    turn.changes.deadline(owner, later, rank)
    event = Event(
        "deadline_stuck",
        due.due_ms,
        visit=name if kind == "visit" else "",
        worker=due.worker,
        data={"timer": due.timer},
    )
    raised = dangers.unplanned_alarm(turn.policy, event)
    visit = turn.visit(name) if kind == "visit" else None
    unattended = replace(
        raised,
        kind="unattended",
        source=f"{owner}:{due.timer}:stuck",
        why=f"the deadline {due.timer} fell due and nothing was decided: a person looks (ours)",
    )
    decide.raise_alarm(turn, unattended, turn.policy, visit, "")


def silence(turn: Turn) -> None:
    """Pendants of running visits that nobody has heard."""
    for pendant_id in turn.state.watch.silent_since(turn.now_ms - beats.LOST_MS * turn.speed):
        beats.lost(turn, pendant_id)


def next_ms(turn_speed: int, earliest_ms: int | None, oldest_beat_ms: int | None) -> int | None:
    """When something must happen next, or None."""
    moments = [] if earliest_ms is None else [earliest_ms]
    if oldest_beat_ms is not None:
        moments.append(oldest_beat_ms + beats.LOST_MS * turn_speed)
    return min(moments, default=None)
