"""P1, P4: every SOS that a finger made is an incident of its own, dated when it was made."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from hub.rules.kinds import DANGER_PRESSES, PENDANT_EVENTS
from hub.store.log import Row
from protocol.messages import UpMessage
from simulator.chaos.presses import SOS_GESTURES
from simulator.storm.checkers.evidence import Evidence, Opened, Violation
from simulator.storm.checkers.silent import receipts_of
from simulator.storm.seen import Acknowledged, Powered, Pressed

APART_MS = 6_000  # stabs closer than this may be read as one
JOINED = 8  # as many of a kind may wait; one more joins the last (firmware/pendant/outbox.py)
DATED_MS = 60_000  # a press is dated so near to the finger, clocks that drift included
EARLY_MS = 180_000 + DATED_MS  # off duty an answer holds so long, and is counted from its arrival
MOST = 100  # presses that an alarm keeps (rules/alarm.py)
PRESS_ROWS = frozenset({"sos_pressed"})
FINGERS = frozenset(PENDANT_EVENTS) - {"booted"}


def receipt_is_true(evidence: Evidence) -> Iterator[Violation]:
    """Whatever the hub has signed a receipt for is in its log, under its identity."""
    logged = {
        (row.pendant, str(body["input"]["event"].get("identity", "")))
        for row, body in evidence.rows
        if row.pendant and "event" in body.get("input", {})
    }
    revoked = evidence.revoked
    for pendant, identity in sorted(receipts_of(evidence)):
        if (pendant, identity) not in logged and pendant not in revoked:
            said = f"the hub signed that it has {identity}, and its log has it not"
            yield Violation("receipt-is-true", evidence.end_ms, pendant, said)


def each_press_counts(evidence: Evidence) -> Iterator[Violation]:
    """As many incidents as fingers made, of each pendant that kept its power."""
    dark = {each.pendant for each in evidence.of(Powered) if not each.on}
    logged = _logged(evidence)
    for pendant, presses in _made(evidence).items():
        if pendant in dark or len(presses) > JOINED or _are_close(presses):
            continue
        if len(logged[pendant]) < len(presses):
            said = f"{len(presses)} SOS were made, {len(logged[pendant])} are in the log"
            yield Violation("each-press-counts", presses[-1].at_ms, pendant, said)


def _made(evidence: Evidence) -> dict[str, list[Pressed]]:
    made: dict[str, list[Pressed]] = defaultdict(list)
    for press in evidence.of(Pressed):
        if press.gesture in SOS_GESTURES and not press.cut:
            made[press.pendant].append(press)
    return made


def _are_close(presses: list[Pressed]) -> bool:
    return any(after.at_ms - before.end_ms < APART_MS for before, after in pairwise(presses))


def _logged(evidence: Evidence) -> dict[str, dict[str, Row]]:
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row, body in evidence.rows:
        identity = _identity(body)
        if row.kind in PRESS_ROWS and identity:
            found[row.pendant][identity] = row
    return found


def dated_by_the_finger(evidence: Evidence) -> Iterator[Violation]:
    """A press that the hub calls dated is dated near some finger's: never much later, and earlier
    by what the hub's word took down to her, where somebody held it back."""
    if evidence.clock_jumped:
        return
    made: dict[str, list[int]] = defaultdict(list)
    for press in evidence.of(Pressed):
        made[press.pendant].append(press.at_ms)
    for row, body in evidence.rows:
        data = body.get("input", {}).get("event", {}).get("data", {})
        if row.kind not in FINGERS or data.get("undated") or not row.worker:
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
    if evidence.clock_jumped:
        return
    first: dict[tuple[str, str], int] = {}
    for row, body in evidence.rows:
        if row.kind in PENDANT_EVENTS and (identity := _identity(body)):
            first.setdefault((row.pendant, identity), row.recorded_ms)
    revoked = evidence.revoked
    by_token = {opened.carried.token: opened for opened in evidence.up}
    for sight in evidence.of(Acknowledged):
        opened = by_token.get(sight.token)
        if opened is None or not isinstance(opened.message, UpMessage):
            continue  # a probe, or what no pendant of ours signed
        name = opened.message.pendant
        at_ms = first.get((name, opened.identity))
        if name not in revoked and (at_ms is None or at_ms > sight.at_ms):
            said = f"the broker was told at {sight.at_ms} that the hub has {opened.identity}; "
            said += "it has it not" if at_ms is None else f"it has it since {at_ms}"
            yield Violation("acknowledged-is-kept", sight.at_ms, name, said)


def press_is_kept(evidence: Evidence) -> Iterator[Violation]:
    """Each press of danger in the log stands in an alarm, under its own identity; an alarm keeps
    the first and the newest MOST of them."""
    held = {
        (alarm.pendant, press.identity)
        for alarm in evidence.alarms.values()
        for press in alarm.presses
    }
    full = {alarm.pendant for alarm in evidence.alarms.values() if len(alarm.presses) >= MOST}
    for row, body in evidence.rows:
        identity = _identity(body)
        if row.kind not in DANGER_PRESSES or not identity or row.pendant in full:
            continue
        if (row.pendant, identity) not in held:
            said = f"{row.kind} {identity} in row {row.seq} stands in no alarm"
            yield Violation("press-is-kept", row.recorded_ms, row.pendant, said)


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
