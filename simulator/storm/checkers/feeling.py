"""P2: what is felt is so: kept when it is called stored, the hub lost when it is, nothing stale."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from hub.rules.kinds import PENDANT_EVENTS
from protocol.messages import NO_BOOT, Beat, Receipt, Standing, UpMessage
from simulator.chaos.presses import EVENT_RECORD, identity_of, stored
from simulator.storm.checkers.evidence import Evidence, Opened, Violation
from simulator.storm.seen import Carried, Erased, Felt, Kept, Powered, Sight

SLOW_MS = 10_000  # what a beat may take to the hub, and still be heard
LATE_MS = 2_000  # a pendant's clock and its turn
OFF_DUTY = frozenset({"off", "closed", "cancelled"})
ARRIVES_MS = 300_000  # a link that is in its longest back-off (60 s), and a few sends
JOINS = 4  # so many of a kind unheard, and one more joins the last: it is kept already
MAX_VALID_MS = 600_000  # whatever a standing says (docs/protocol.md)


def stored_is_kept(evidence: Evidence) -> Iterator[Violation]:
    """ "Stored" is felt when a record of an event has just become whole on the flash; at a start,
    of what is found there."""
    kept: dict[str, int] = {}
    began: dict[str, int] = {}
    there: dict[str, set[str]] = defaultdict(set)
    for sight in evidence.seen.all:
        if isinstance(sight, Kept) and sight.name.startswith(EVENT_RECORD):
            kept[sight.pendant] = sight.at_ms
            there[sight.pendant].add(sight.name)
        elif isinstance(sight, Erased):
            there[sight.pendant].discard(sight.name)
        elif isinstance(sight, Powered) and sight.on:
            began[sight.pendant] = sight.at_ms
        elif isinstance(sight, Felt) and sight.pattern == "stored":
            moments = (kept.get(sight.pendant), began.get(sight.pendant))
            if sight.at_ms not in moments and len(there[sight.pendant]) < JOINS:
                said = 'felt "stored", and its flash had not kept anything just then'
                yield Violation("stored-is-kept", sight.at_ms, sight.pendant, said)


def stored_stays(evidence: Evidence) -> Iterator[Violation]:
    """A press that was felt as stored stays on the flash until the hub's signed receipt of it has
    come, or a person has ended it (P1)."""
    alarms = {(press.pendant, press.identity) for press in stored(evidence.seen)}
    answered: set[tuple[str, str]] = set()
    for sight in evidence.seen.all:
        if isinstance(sight, Carried):
            opened = evidence.by_token.get(sight.token)
            message = None if opened is None else opened.message
            if isinstance(message, Receipt):
                answered.add((sight.to, f"{message.boot}.{message.seq}"))
            elif isinstance(message, Standing):
                answered.update((sight.to, identity) for identity in message.resolved)
        elif isinstance(sight, Erased) and sight.name.startswith(EVENT_RECORD):
            key = (sight.pendant, identity_of(sight.name))
            if key in alarms and key not in answered:
                said = f"{key[1]} left the flash, and neither hub nor person had it"
                yield Violation("stored-is-kept", sight.at_ms, sight.pendant, said)


def kept_arrives(evidence: Evidence) -> Iterator[Violation]:
    """Whatever a pendant has kept to tell the hub is in the log in the end, press or no press: it
    is told again until the receipt comes, and for a long while nothing stands in the way."""
    there: dict[tuple[str, str], int] = {}
    for sight in evidence.seen.all:
        if isinstance(sight, Kept) and sight.name.startswith(EVENT_RECORD):
            there.setdefault((sight.pendant, identity_of(sight.name)), sight.at_ms)
        elif isinstance(sight, Erased) and sight.name.startswith(EVENT_RECORD):
            there.pop((sight.pendant, identity_of(sight.name)), None)
    told = [line for line in evidence.book.lines if line.kind in PENDANT_EVENTS]
    logged = {(line.pendant, line.identity) for line in told}
    for key, at_ms in there.items():
        if key not in logged and max(at_ms, evidence.calm_ms) < evidence.end_ms - ARRIVES_MS:
            said = f"{key[1]} is on the flash since {at_ms}, and the hub has not heard of it"
            yield Violation("kept-arrives", evidence.end_ms, key[0], said)


@dataclass
class _Line:
    """A pendant's word from the hub, as far as it goes. `until_ms`: when it holds no more."""

    version: int = 0
    phase: str = "off"
    until_ms: int = 0
    is_lost: bool = False  # she was told
    is_told: bool = False  # of this violation


def hub_lost(evidence: Evidence) -> Iterator[Violation]:
    """On duty she feels that the hub has fallen silent, as soon as its last word no longer holds.

    A standing holds at most for its time from when the beat that it answers came to the hub."""
    came = _beats_came(evidence)
    lines: dict[str, _Line] = {}
    ends: list[Sight] = [Felt(evidence.end_ms, pendant, "") for pendant in evidence.wearers]
    for sight in [*evidence.seen.all, *ends]:
        if isinstance(sight, Powered):
            lines.pop(sight.pendant, None)  # a start has its own grace
        elif isinstance(sight, Felt):
            line = lines.get(sight.pendant)
            if line is None:
                continue
            if sight.pattern == "hub-lost":
                line.is_lost = True
            elif sight.pattern == "hub-back":
                line.is_lost = line.is_told = False
            yield from _lapsed(line, sight.pendant, sight.at_ms)
        elif isinstance(sight, Carried) and not sight.forged:
            opened = evidence.by_token.get(sight.token)
            if opened is None or not isinstance(opened.message, Standing):
                continue
            line = lines.setdefault(sight.to, _Line())
            yield from _lapsed(line, sight.to, sight.at_ms)
            _heard(line, opened.message, sight.at_ms, came)


def _lapsed(line: _Line, pendant: str, now_ms: int) -> Iterator[Violation]:
    is_over = line.version and now_ms > line.until_ms + LATE_MS
    if is_over and line.phase not in OFF_DUTY and not line.is_lost and not line.is_told:
        line.is_told = True
        said = f'the hub\'s word held until {line.until_ms}, and "hub-lost" was not felt'
        yield Violation("hub-lost", now_ms, pendant, said)


def _heard(
    line: _Line, standing: Standing, now_ms: int, came: dict[tuple[str, str, int], int]
) -> None:
    if standing.version <= line.version:
        return
    if standing.boot == NO_BOOT:
        if now_ms >= line.until_ms - SLOW_MS:
            line.phase = "off"  # believed or not: the beat may have been so long on its way
            return
    else:
        sent_ms = came.get((standing.pendant, standing.boot, standing.beat), now_ms)
        until_ms = sent_ms + min(standing.valid_ms, MAX_VALID_MS)
        if until_ms <= now_ms:
            return
        line.until_ms = max(line.until_ms, until_ms)
    line.version, line.phase = standing.version, standing.phase


def _beats_came(evidence: Evidence) -> dict[tuple[str, str, int], int]:
    """(pendant, boot, number) -> when the hub's session first got that beat."""
    found: dict[tuple[str, str, int], int] = {}
    for opened in evidence.up:
        message = opened.message
        if isinstance(message, Beat):
            found.setdefault((message.pendant, message.boot, message.seq), opened.carried.at_ms)
    return found


def echoes_grow(evidence: Evidence) -> Iterator[Violation]:
    """What a boot says that it believes never gets older."""
    said: dict[tuple[str, str], list[UpMessage]] = defaultdict(list)
    for opened in evidence.up:
        message = opened.message
        assert isinstance(message, UpMessage)
        said[message.pendant, message.boot].append(message)
    for (pendant, _), messages in said.items():
        newest = 0
        for message in sorted(messages, key=lambda each: each.seq):
            if message.standing < newest:
                about = f"number {message.seq} believes {message.standing} after {newest}"
                yield Violation("stale-is-not-felt", evidence.end_ms, pendant, about)
                break
            newest = message.standing


def stale_is_not_believed(evidence: Evidence) -> Iterator[Violation]:
    """Nothing that came when it held no longer is echoed as what the pendant believes."""
    came = _beats_came(evidence)
    echoed: dict[tuple[str, str], set[int]] = defaultdict(set)
    for opened in evidence.up:
        message = opened.message
        assert isinstance(message, UpMessage)
        echoed[message.pendant, message.boot].add(message.standing)
    fresh: set[tuple[str, int]] = set()
    stale: dict[tuple[str, int], tuple[str, int]] = {}
    for opened in evidence.down:
        standing = opened.message
        if not isinstance(standing, Standing):
            continue
        key = (standing.pendant, standing.version)
        if _is_stale(opened, standing, came):
            stale[key] = (standing.boot, opened.carried.at_ms)
        else:
            fresh.add(key)
    for key, (boot, at_ms) in stale.items():
        if key not in fresh and key[1] in echoed[key[0], boot]:
            said = f"believes {key[1]}, which came when it held no longer"
            yield Violation("stale-is-not-felt", at_ms, key[0], said)


def _is_stale(opened: Opened, standing: Standing, came: dict[tuple[str, str, int], int]) -> bool:
    sent_ms = came.get((standing.pendant, standing.boot, standing.beat))
    if standing.boot == NO_BOOT or sent_ms is None:
        return False
    return opened.carried.at_ms - sent_ms > min(standing.valid_ms, MAX_VALID_MS)
