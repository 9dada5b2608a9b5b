"""P1, P4: as many incidents as fingers made.

Rule: a press is excused for what happened to it, and to no other: its power went before it was
felt as kept, another was made so near that both may be read as one, or too many waited already.
"""

from collections import defaultdict
from collections.abc import Iterator

from hub.store.log import Row
from protocol.messages import Receipt, UpMessage
from simulator.chaos.outages import FOR_EVER_MS
from simulator.chaos.presses import SOS_GESTURES
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.seen import Felt, Kept, Powered, Pressed

APART_MS = 6_000  # stabs closer than this may be read as one
JOINED = 8  # as many of a kind may wait; one more joins the last (firmware/pendant/outbox.py)
LATE_MS = 3_000  # a press is never dated later than that after its finger
KEPT_MS = 5_000  # from the end of a gesture: "stored" is felt by then, if the flash is well
ANSWERS = ("stored", "hub-has-it")


def each_press_counts(evidence: Evidence) -> Iterator[Violation]:
    """As many incidents as fingers made, of each pendant; a press is left out only for what it met
    itself."""
    logged = _logged(evidence)
    for pendant, presses in _made(evidence).items():
        answered = _answered(evidence, pendant, logged[pendant])
        excused = _excused(evidence, pendant, presses, answered)
        due = [press for press in presses if press.at_ms not in excused]
        kept = _first_kept(evidence, pendant)
        undated = _undated(evidence, pendant, kept)
        found = [
            row
            for identity, row in logged[pendant].items()
            if row.recorded_ms >= evidence.jumped_ms
            or not _is_of(undated.get(identity, row.at_ms), kept.get(identity), presses, excused)
        ]
        if len(found) < len(due):
            said = f"{len(due)} SOS were made, {len(found)} are in the log"
            yield Violation("each-press-counts", due[-1].at_ms, pendant, said)


def _made(evidence: Evidence) -> dict[str, list[Pressed]]:
    made: dict[str, list[Pressed]] = defaultdict(list)
    for press in sorted(evidence.of(Pressed), key=lambda each: each.at_ms):
        if press.gesture in SOS_GESTURES:
            made[press.pendant].append(press)
    return made


def _logged(evidence: Evidence) -> dict[str, dict[str, Row]]:
    """Pendant -> the identities of its SOS, and their rows."""
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row, body in evidence.rows:
        identity = str(body.get("input", {}).get("event", {}).get("identity", ""))
        if row.kind == "sos_pressed" and identity:
            found[row.pendant].setdefault(identity, row)
    return found


def _answered(evidence: Evidence, pendant: str, rows: dict[str, Row]) -> list[int]:
    """When it first got the receipt of each: what has none yet waits in its outbox, whether or not
    the hub has it."""
    first: dict[str, int] = {}
    for opened in evidence.down:
        message = opened.message
        if isinstance(message, Receipt) and opened.carried.to == pendant:
            identity = f"{message.boot}.{message.seq}"
            if identity in rows:
                first.setdefault(identity, opened.carried.at_ms)
    return list(first.values())


def _excused(
    evidence: Evidence, pendant: str, presses: list[Pressed], answered: list[int]
) -> set[int]:
    """When those were made of which no row need be."""
    power = [each for each in evidence.of(Powered) if each.pendant == pendant]
    answers = [
        each.at_ms
        for each in evidence.of(Felt)
        if each.pendant == pendant and each.pattern in ANSWERS
    ]
    excused: set[int] = set()
    for number, press in enumerate(presses):
        kept_ms = min((each for each in answers if each >= press.at_ms), default=FOR_EVER_MS)
        until_ms = max(kept_ms, press.end_ms + KEPT_MS)
        before = [each.on for each in power if each.at_ms <= press.at_ms]
        was_dark = bool(before) and not before[-1]
        went = any(not each.on and press.at_ms <= each.at_ms <= until_ms for each in power)
        waiting = number - sum(at_ms <= press.at_ms for at_ms in answered)
        if press.cut or was_dark or went or waiting >= JOINED - 1:
            excused.add(press.at_ms)
        if number and press.at_ms - presses[number - 1].end_ms < APART_MS:
            excused |= {press.at_ms, presses[number - 1].at_ms}
    return excused


def _first_kept(evidence: Evidence, pendant: str) -> dict[str, int]:
    """Press -> when its record was first on flash (docs/pendant.md, "What it keeps")."""
    kept: dict[str, int] = {}
    for each in evidence.of(Kept):
        if each.pendant == pendant and each.name.startswith("e-"):
            kept.setdefault(each.name[2:].replace("-", "."), each.at_ms)
    return kept


def _undated(evidence: Evidence, pendant: str, kept: dict[str, int]) -> dict[str, int]:
    """When those were made that no hub time dates: their boot had heard none, so the log has the
    earliest possible moment; they count from the start of their boot."""
    starts = [each.at_ms for each in evidence.of(Powered) if each.pendant == pendant and each.on]
    made: dict[str, int] = {}
    for opened in evidence.up:
        message, identity = opened.message, opened.identity
        if isinstance(message, UpMessage) and message.pendant == pendant and not message.heard_ms:
            known_ms = kept.get(identity, opened.carried.at_ms)
            start_ms = max((each for each in starts if each <= known_ms), default=0)
            made.setdefault(identity, start_ms + message.since_ms)
    return made


def _is_of(made_ms: int, kept_ms: int | None, presses: list[Pressed], excused: set[int]) -> bool:
    """It is of a press that is excused, and stands for no other."""
    nearest = min(presses, key=lambda press: abs(press.at_ms - made_ms))
    # A press may be dated early, by what the hub's word took down to her: then it is the next one.
    after = next((each for each in presses if each.at_ms + LATE_MS >= made_ms), nearest)
    it_may_be = {nearest.at_ms, after.at_ms}
    if kept_ms is not None:
        it_may_be |= set([press.at_ms for press in presses if press.at_ms <= kept_ms][-1:])
    return it_may_be <= excused
