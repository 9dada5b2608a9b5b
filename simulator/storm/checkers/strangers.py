"""P7, P8: the forged and the replayed change nothing; nothing is kept that may not be."""

from collections.abc import Iterator

from hub.rules.model import Alarm
from protocol import codec
from protocol.errors import RemoteProtocolError
from protocol.messages import UpMessage
from simulator.storm.checkers.evidence import HUB, Evidence, Violation
from simulator.storm.checkers.timely import away, free_from_ms
from simulator.storm.seen import Carried, Felt, HubLife

# What only a message from the hub can make her feel.
FROM_THE_HUB = ("hub-has-it", "person-has-it", "over", "go-in", "prompt", "nobody-has-it")
ANSWERS = (*FROM_THE_HUB, "hub-back", "received", "do-not-go-in")
HEARD_MS = 20_000  # two turns on a slow disk
AGAIN_MS = 60_000  # a source that floods counts again once a minute (engine/intake.py)
MOST = 100  # presses that an alarm keeps (rules/alarm.py)
PLACES = ('"latitude"', '"longitude"', '"position"', '"lat"', '"lon"')


def forged_changes_nothing(evidence: Evidence) -> Iterator[Violation]:
    """No row of the log names an identity that only a forged message had."""
    true = {
        (opened.message.pendant, opened.identity)  # type: ignore[attr-defined]  # all go up
        for opened in evidence.up
        if not opened.carried.forged
    }
    forged: dict[tuple[str, str], Carried] = {}
    for carried in evidence.of(Carried):
        if carried.forged and carried.to in HUB:
            claimed = _claimed(carried.token)
            if claimed is not None and claimed not in true:
                forged[claimed] = carried
    for row, body in evidence.rows:
        identity = str(body.get("input", {}).get("event", {}).get("identity", ""))
        found = forged.get((row.pendant, identity))
        if identity and found is not None and not _is_hers(evidence, row.pendant, identity):
            said = f"row {row.seq} ({row.kind}) takes {identity}, which nobody but a forger sent"
            yield Violation("forged-changes-nothing", row.recorded_ms, row.pendant, said)


def _is_hers(evidence: Evidence, pendant: str, identity: str) -> bool:
    """She signed it, though what arrived first was a stranger's copy of it."""
    return any(
        opened.identity == identity and opened.message.pendant == pendant  # type: ignore[attr-defined]  # all go up
        for opened in evidence.up
    )


def _claimed(token: bytes) -> tuple[str, str] | None:
    try:
        message = codec.peek(token, up=True)
    except RemoteProtocolError:
        return None
    return (message.pendant, message.identity()) if isinstance(message, UpMessage) else None


def nothing_is_felt_of_it(evidence: Evidence) -> Iterator[Violation]:
    """What comes down unsigned is not felt: nothing in the very instant in which it came."""
    came: Carried | None = None
    for sight in evidence.seen.all:
        if isinstance(sight, Carried):
            came = sight if sight.token not in evidence.by_token else None
        elif isinstance(sight, Felt) and came is not None and sight.pattern in ANSWERS:
            if (sight.pendant, sight.at_ms) != (came.to, came.at_ms):
                continue
            said = f'felt "{sight.pattern}" of a message that nobody had signed'
            yield Violation("forged-changes-nothing", sight.at_ms, sight.pendant, said)


def no_position(evidence: Evidence) -> Iterator[Violation]:
    """No row about a pendant holds where it is: this pendant does not know, and the day it does,
    a window is needed first (P8)."""
    with evidence.connect() as conn:
        rows = conn.execute(
            "SELECT log.seq, log.pendant, payload.body FROM log JOIN payload USING (seq)"
            " WHERE log.pendant <> ''"
        )
        for seq, pendant, body in rows:
            if body is not None and any(place in body for place in PLACES):
                said = f"row {seq} holds a position"
                yield Violation("no-position", evidence.end_ms, pendant, said)


def unverified_is_heard(evidence: Evidence) -> Iterator[Violation]:
    """An SOS that nobody can verify reaches a person all the same, marked (P4)."""
    signed = {(opened.carried.topic, opened.carried.token) for opened in evidence.up}
    lives = [each.at_ms for each in evidence.of(HubLife)]
    down = away(evidence)
    for carried in evidence.of(Carried):
        at_ms = carried.at_ms
        if not carried.forged or carried.to != "events" or not carried.topic.endswith("/up/sos"):
            continue
        if (carried.topic, carried.token) in signed and _is_of(evidence, carried):
            continue  # a true message again: a duplicate, or one that was late
        limit_ms = free_from_ms(down, at_ms) + HEARD_MS
        if limit_ms >= evidence.end_ms or any(at_ms <= each <= limit_ms for each in lives):
            continue  # a hub that died has not acknowledged it: it comes again, a sight of its own
        if not any(_hears(evidence, alarm, carried, limit_ms) for alarm in _unverified(evidence)):
            said = f"an SOS on {carried.topic} that cannot be verified raised nothing"
            yield Violation("unverified-is-heard", at_ms, carried.topic, said)


def _is_of(evidence: Evidence, carried: Carried) -> bool:
    """Its topic is that of the pendant that signed it."""
    claimed = _claimed(carried.token)
    return claimed is not None and carried.topic.split("/")[1] == claimed[0]


def _unverified(evidence: Evidence) -> list[Alarm]:
    return [alarm for alarm in evidence.alarms.values() if alarm.kind == "unverified_sos"]


def _hears(evidence: Evidence, alarm: Alarm, carried: Carried, limit_ms: int) -> bool:
    """It is of that source (or of too many sources), and was told of this one, or just before and
    still open."""
    source = alarm.source.partition(":")[2]
    if source not in (carried.topic.split("/")[1], "overflow"):
        return False
    if limit_ms >= evidence.jumped_ms or len(alarm.presses) >= MOST:
        return True
    was_open = not alarm.resolved_ms or alarm.resolved_ms >= carried.at_ms
    first_ms = carried.at_ms - (AGAIN_MS if was_open else 0)
    return any(first_ms <= press.received_ms <= limit_ms for press in alarm.presses)
