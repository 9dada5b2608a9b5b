"""P2, the exception: under silent duress nothing changes that she, or who is with her, can see."""

from collections.abc import Iterator

from protocol.messages import Duress, DuressSuspected, Receipt, Standing
from simulator.chaos.presses import EVENT_RECORD, identity_of
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.seen import Delivered, Felt, Kept, Powered, Pressed

AUDIBLE_GESTURES = ("sos-hold", "sos-stabs", "sos-let-go")
UNKEPT_MS = 60_000  # a flash that is busy may keep a press as late as that
# What only ever tells of an alarm of hers.
OF_ALARMS = ("stored", "hub-has-it", "person-has-it", "nobody-has-it", "over")


def nothing_felt(evidence: Evidence) -> Iterator[Violation]:
    """Who never touched SOS, or not since that was felt as over, never feels what tells of an
    alarm."""
    touched: dict[str, int] = {}  # the end of the latest touch that may still be felt
    ever: dict[str, int] = {}
    for sight in evidence.seen.all:
        if isinstance(sight, Pressed) and sight.gesture in AUDIBLE_GESTURES:
            touched[sight.pendant] = ever[sight.pendant] = sight.end_ms
        elif isinstance(sight, Powered) and sight.on and sight.pendant in ever:
            touched[sight.pendant] = ever[sight.pendant]  # what is on the flash is taken up again
        elif isinstance(sight, Felt) and sight.pattern in OF_ALARMS:
            if sight.pendant not in touched:
                said = f'felt "{sight.pattern}", and SOS was not touched, or is over'
                yield Violation("silent-stays-silent", sight.at_ms, sight.pendant, said)
            elif sight.pattern == "over" and sight.at_ms > touched[sight.pendant] + UNKEPT_MS:
                del touched[sight.pendant]


def nothing_stored(evidence: Evidence) -> Iterator[Violation]:
    """When nothing but a silent press has been kept, nothing is felt as stored."""
    silent = _silent(evidence)
    kept: dict[str, tuple[int, bool]] = {}  # pendant -> when last, and whether all of it is silent
    for sight in evidence.seen.all:
        if isinstance(sight, Kept) and sight.name.startswith(EVENT_RECORD):
            is_silent = (sight.pendant, identity_of(sight.name)) in silent
            at_ms, others = kept.get(sight.pendant, (-1, True))
            kept[sight.pendant] = sight.at_ms, is_silent and (others or at_ms != sight.at_ms)
        if not isinstance(sight, Felt) or sight.pattern != "stored":
            continue
        if kept.get(sight.pendant) == (sight.at_ms, True):
            said = 'felt "stored" of a silent press'
            yield Violation("silent-stays-silent", sight.at_ms, sight.pendant, said)


def nothing_told(evidence: Evidence) -> Iterator[Violation]:
    """No standing shows a silent press; as over it may be named, so that she carries it no longer,
    when a person has ended it, and not before."""
    silent = _silent(evidence)
    ended = {
        (alarm.pendant, press.identity): alarm.resolved_ms
        for alarm in evidence.alarms.values()
        for press in alarm.presses
        if alarm.state == "resolved"
    }
    for opened in evidence.down:
        message = opened.message
        if not isinstance(message, Standing):
            continue
        name, said = opened.carried.to, ""
        if (name, message.sos) in silent:
            said = f"a standing shows the silent press {message.sos}"
        elif not message.sos and message.sos_state != "none":
            said = f"a standing tells of an alarm that it does not name: {message.sos_state}"
        for identity in message.resolved:
            at_ms = ended.get((name, identity))
            if (name, identity) in silent and (at_ms is None or at_ms > message.hub_ms):
                said = f"a standing calls the silent press {identity} over; nobody had ended it"
        if said:
            yield Violation("silent-stays-silent", opened.carried.at_ms, name, said)


def no_page_to_her(evidence: Evidence) -> Iterator[Violation]:
    """Whom a silent alarm is about is not paged of it; nor is anybody told to ring her then."""
    silent = {alarm.id: alarm for alarm in evidence.alarms.values() if alarm.silent}
    for page in evidence.of(Delivered):
        alarm = silent.get(str(page.facts.get("alarm", "")))
        if alarm is None:
            continue
        if page.person in {alarm.worker, *alarm.interested}:
            said = f"{page.person} was paged about the silent alarm {alarm.id} of her own"
            yield Violation("silent-stays-silent", page.at_ms, page.person, said)
        if "Call her" in page.text:
            said = f"{page.person} is told to ring into the silent alarm {alarm.id}"
            yield Violation("silent-stays-silent", page.at_ms, page.person, said)


def _silent(evidence: Evidence) -> set[tuple[str, str]]:
    return {
        (opened.message.pendant, opened.identity)
        for opened in evidence.up
        if isinstance(opened.message, Duress | DuressSuspected)
    }


def receipts_of(evidence: Evidence) -> dict[tuple[str, str], int]:
    """(pendant, identity) of everything the hub has said that it has, whoever it was carried to,
    and when it signed that first."""
    found: dict[tuple[str, str], int] = {}
    for opened in evidence.down:
        message = opened.message
        if isinstance(message, Receipt):
            key = (message.pendant, f"{message.boot}.{message.seq}")
            found[key] = min(found.get(key, message.hub_ms), message.hub_ms)
    return found
