"""P2, the exception: under silent duress nothing changes that she, or who is with her, can see."""

from collections.abc import Iterator

from protocol.messages import Duress, DuressSuspected, Receipt, Standing
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.seen import Delivered, Felt, Pressed

AUDIBLE_GESTURES = ("sos-hold", "sos-stabs", "sos-let-go")
# What only ever tells of an alarm of hers.
OF_ALARMS = ("stored", "hub-has-it", "person-has-it", "nobody-has-it", "over")


def nothing_felt(evidence: Evidence) -> Iterator[Violation]:
    """Who never touched SOS never feels what tells of an alarm."""
    first: dict[str, int] = {}
    for sight in evidence.seen.all:
        if isinstance(sight, Pressed) and sight.gesture in AUDIBLE_GESTURES:
            first.setdefault(sight.pendant, sight.at_ms)
        elif isinstance(sight, Felt) and sight.pattern in OF_ALARMS and sight.pendant not in first:
            said = f'felt "{sight.pattern}", and SOS was never touched'
            yield Violation("silent-stays-silent", sight.at_ms, sight.pendant, said)


def nothing_told(evidence: Evidence) -> Iterator[Violation]:
    """No standing names a silent press, open or over."""
    silent = {
        (opened.message.pendant, opened.identity)
        for opened in evidence.up
        if isinstance(opened.message, Duress | DuressSuspected)
    }
    for opened in evidence.down:
        message = opened.message
        if not isinstance(message, Standing):
            continue
        if (opened.carried.to, message.sos) in silent:
            said = f"a standing shows the silent press {message.sos}"
            yield Violation("silent-stays-silent", opened.carried.at_ms, opened.carried.to, said)


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


def receipts_of(evidence: Evidence) -> set[tuple[str, str]]:
    """(pendant, identity) of everything the hub has said that it has."""
    return {
        (opened.carried.to, f"{opened.message.boot}.{opened.message.seq}")
        for opened in evidence.down
        if isinstance(opened.message, Receipt)
    }
