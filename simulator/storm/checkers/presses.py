"""P1, P4: every SOS that a finger made is an incident of its own, dated when it was made."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from hub.rules.kinds import DANGER_PRESSES, PENDANT_EVENTS
from protocol.messages import ALARM_TYPES, UpMessage
from simulator.storm.checkers.evidence import Evidence, Opened, Violation
from simulator.storm.checkers.silent import receipts_of
from simulator.storm.seen import Acknowledged, Pressed

DATED_MS = 60_000  # a press is dated so near to the finger, clocks that drift included
EARLY_MS = 180_000 + DATED_MS  # off duty an answer holds so long, and is counted from its arrival
MOST = 100  # presses that an alarm keeps (rules/alarm.py)
FINGERS = frozenset(PENDANT_EVENTS) - {"booted", "last_gasp"}


def receipt_is_true(evidence: Evidence) -> Iterator[Violation]:
    """Whatever the hub has signed a receipt for was in its log by then, under its identity; and
    what tells of a danger, silent or not, stands in an alarm."""
    logged: dict[tuple[str, str], int] = {}
    for row, body in evidence.rows:
        if row.pendant and (identity := _identity(body)):
            logged.setdefault((row.pendant, identity), row.recorded_ms)
    dangers = {
        (opened.message.pendant, opened.identity)
        for opened in evidence.up
        if isinstance(opened.message, ALARM_TYPES)
    }
    held, full = _held(evidence)
    for (pendant, identity), signed_ms in sorted(receipts_of(evidence).items()):
        key, said = (pendant, identity), ""
        if key in evidence.revoked:
            continue
        if key not in logged:
            said = f"the hub signed that it has {identity}, and its log has it not"
        elif logged[key] > signed_ms:
            said = f"the hub signed {identity} at {signed_ms}, and has it since {logged[key]}"
        elif key in dangers and key not in held and pendant not in full:
            said = f"the hub signed that it has {identity}, which stands in no alarm"
        if said:
            yield Violation("receipt-is-true", evidence.end_ms, pendant, said)


def dated_by_the_finger(evidence: Evidence) -> Iterator[Violation]:
    """A press that the hub calls dated is dated near some finger's: never much later, and earlier
    by what the hub's word took down to her, where somebody held it back."""
    made: dict[str, list[int]] = defaultdict(list)
    for press in evidence.of(Pressed):
        made[press.pendant].append(press.at_ms)
    for row, body in evidence.rows:
        data = body.get("input", {}).get("event", {}).get("data", {})
        if row.kind not in FINGERS or data.get("undated") or not row.worker:
            continue
        if row.recorded_ms >= evidence.jumped_ms:
            continue
        times = made.get(row.pendant, ())
        if times and not any(-EARLY_MS <= row.at_ms - at_ms <= DATED_MS for at_ms in times):
            said = f"row {row.seq} dates {row.kind} at {row.at_ms}; no finger pressed near it"
            yield Violation("dated-by-the-finger", row.recorded_ms, row.pendant, said)


def identities_are_new(evidence: Evidence) -> Iterator[Violation]:
    """No pendant signs two different messages with one identity, over all its boots."""
    known: dict[tuple[str, str], Opened] = {}
    for opened in evidence.up:
        key = (opened.message.pendant, opened.identity)  # type: ignore[attr-defined]  # all go up
        first = known.setdefault(key, opened)
        if first.carried.token != opened.carried.token:
            said = f"{opened.identity} was signed twice with other bytes"
            yield Violation("identities-are-new", opened.carried.at_ms, key[0], said)


def acknowledged_is_kept(evidence: Evidence) -> Iterator[Violation]:
    """What the hub acknowledged to the broker it had committed before, so that the broker may
    forget it (P1): a row, or a letter that nobody could read."""
    first: dict[tuple[str, str], int] = {}
    for row, body in evidence.rows:
        if row.kind in PENDANT_EVENTS and (identity := _identity(body)):
            first.setdefault((row.pendant, identity), row.recorded_ms)
    by_token = {opened.carried.token: opened for opened in evidence.up}
    for sight in evidence.of(Acknowledged):
        opened = by_token.get(sight.token)
        if opened is None or not isinstance(opened.message, UpMessage):
            continue  # a probe, or what no pendant of ours signed
        name = opened.message.pendant
        at_ms = first.get((name, opened.identity))
        if (name, opened.identity) in evidence.revoked:
            continue
        if at_ms is None or (sight.at_ms < evidence.jumped_ms and at_ms > sight.at_ms):
            said = f"the broker was told at {sight.at_ms} that the hub has {opened.identity}; "
            said += "it has it not" if at_ms is None else f"it has it since {at_ms}"
            yield Violation("acknowledged-is-kept", sight.at_ms, name, said)


def press_is_kept(evidence: Evidence) -> Iterator[Violation]:
    """Each press of danger in the log stands in an alarm, under its own identity; an alarm keeps
    the first and the newest MOST of them."""
    held, full = _held(evidence)
    for row, body in evidence.rows:
        identity = _identity(body)
        if row.kind not in DANGER_PRESSES or not identity or row.pendant in full:
            continue
        if (row.pendant, identity) not in held:
            said = f"{row.kind} {identity} in row {row.seq} stands in no alarm"
            yield Violation("press-is-kept", row.recorded_ms, row.pendant, said)


def _held(evidence: Evidence) -> tuple[set[tuple[str, str]], set[str]]:
    """(pendant, identity) of each press in an alarm, and whose alarms hold no more."""
    alarms = evidence.alarms.values()
    held = {(alarm.pendant, press.identity) for alarm in alarms for press in alarm.presses}
    return held, {alarm.pendant for alarm in alarms if len(alarm.presses) >= MOST}


def press_rows_once(evidence: Evidence) -> Iterator[Violation]:
    """What a pendant sent once, however often it came, is one row of its kind."""
    known: dict[tuple[str, str, str], int] = {}
    for row, body in evidence.rows:
        identity = _identity(body)
        if row.kind not in PENDANT_EVENTS or not identity:
            continue
        key = (row.pendant, identity, row.kind)
        if key in known:
            said = f"{row.kind} {identity} is in rows {known[key]} and {row.seq}"
            yield Violation("press-rows-once", row.recorded_ms, row.pendant, said)
        known[key] = row.seq


def _identity(body: Mapping[str, Any]) -> str:
    return str(body.get("input", {}).get("event", {}).get("identity", ""))
