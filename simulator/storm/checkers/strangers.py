"""P7, P8: the forged and the replayed change nothing; nothing is kept that may not be."""

from collections.abc import Iterator

from protocol import codec
from protocol.errors import RemoteProtocolError
from simulator.storm.checkers.evidence import HUB, Evidence, Violation
from simulator.storm.seen import Carried, Felt

# What only a message from the hub can make her feel.
FROM_THE_HUB = ("hub-has-it", "person-has-it", "over", "go-in", "prompt", "nobody-has-it")
ANSWERS = (*FROM_THE_HUB, "hub-back", "received", "do-not-go-in")
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
        return str(message.pendant), str(message.identity())  # type: ignore[attr-defined]  # up
    except (RemoteProtocolError, AttributeError):
        return None


def forged_is_not_felt(evidence: Evidence) -> Iterator[Violation]:
    """What only the hub can tell her is felt only after a genuine message came down."""
    genuine: set[str] = set()
    for sight in evidence.seen.all:
        if isinstance(sight, Carried) and not sight.forged:
            genuine.add(sight.to)
        elif isinstance(sight, Felt) and sight.pattern in FROM_THE_HUB:
            if sight.pendant in genuine:
                continue
            said = f'felt "{sight.pattern}" before the hub had said a word'
            yield Violation("forged-changes-nothing", sight.at_ms, sight.pendant, said)


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
    heard = [alarm for alarm in evidence.alarms.values() if alarm.kind == "unverified_sos"]
    for carried in evidence.of(Carried):
        if not carried.forged or carried.to != "events" or not carried.topic.endswith("/up/sos"):
            continue
        if _claimed(carried.token) in _signed(evidence):
            continue  # a true message again: a duplicate, or one that was late
        if not heard and evidence.end_ms - carried.at_ms > 60_000:
            said = f"an SOS on {carried.topic} that cannot be verified raised nothing"
            yield Violation("unverified-is-heard", carried.at_ms, carried.topic, said)


def _signed(evidence: Evidence) -> set[tuple[str, str] | None]:
    return {(opened.message.pendant, opened.identity) for opened in evidence.up}  # type: ignore[attr-defined]  # all go up
