"""Statements about the hub's books: who is out is watched, what is open goes on (P3, P5)."""

from collections.abc import Iterator

from simulator.chaos.bounds import Bounds, Violation
from simulator.chaos.logbook import Json, Logbook
from simulator.storm.seen import Seen

# Phases in which somebody waits for a word of hers.
OUT = frozenset({"on-the-way", "at-door", "inside", "leaving", "going-home", "to-base"})
# Only who says so, by name, ends these.
BY_PEOPLE_ONLY = frozenset(
    {"sos", "sos_aborted", "duress", "duress_suspected", "coded_danger", "unverified_sos"}
)


def next_action(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """In every row that left an alarm open, and in the deadlines as they stand now."""
    for line in book.lines:
        if line.alarm_state and _is_open(line.alarm_state) and not line.alarm_state.get("next_ms"):
            what = f"row {line.seq} leaves alarm {line.alarm} open without a next time"
            yield Violation("next-action", -1, what)
    owners = {due.owner for due in book.deadlines if due.due_ms > 0}
    for alarm in book.alarms:
        if f"alarm:{alarm}" not in owners:
            yield Violation("next-action", -1, f"alarm {alarm} is open and has no deadline")


def _is_open(state: Json) -> bool:
    return bool(state.get("state", "open") != "resolved")


def watched(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """Whoever is out has a deadline, or an open alarm of that visit, whose ladder has one."""
    dues = {(due.owner, due.worker) for due in book.deadlines}
    alarmed = {str(alarm.get("visit", "")) for alarm in book.alarms.values()}
    for visit, state in book.visits.items():
        for part in state.get("parts", ()):
            worker, phase = str(part["worker"]), part.get("phase", "planned")
            has_one = {(f"visit:{visit}", worker), (f"visit:{visit}", "")} & dues
            if phase in OUT and not has_one and visit not in alarmed:
                what = f"visit {visit}: {worker} is {phase} and nothing falls due"
                yield Violation("watched", -1, what)


def ended_by_people(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """By a command, by name, by somebody whom the alarm is not about."""
    open_before: set[str] = set()
    for line in book.lines:
        state = line.alarm_state
        if not state or state.get("kind") not in BY_PEOPLE_ONLY:
            continue
        if _is_open(state):
            open_before.add(line.alarm)
        elif line.alarm in open_before:
            open_before.discard(line.alarm)
            by = str(state.get("resolved_by", ""))
            if line.kind != "resolve" or not by or by in state.get("interested", ()):
                what = f"alarm {line.alarm} was ended by {by or 'nobody'} ({line.kind})"
                yield Violation("ended-by-people", -1, what)
