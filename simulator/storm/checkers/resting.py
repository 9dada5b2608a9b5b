"""Deep sleep: nothing is slept through, and the press that ends it is a press."""

from collections.abc import Iterator

from simulator.chaos.presses import EVENT_RECORD
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.seen import Erased, Felt, Kept, Powered, Pressed, Slept

OPEN_RECORD = "o-"  # docs/pendant.md: an alarm press that the hub has and nobody has ended
# May be all over while the chip starts, or too short by then: then it is read as nothing.
PERHAPS_NOTHING = ("sos-stabs", "sos-let-go")
HAD = ("received", "hub-has-it")
CHECKER = "nothing-is-slept-through"


def asleep_with_nothing_left(evidence: Evidence) -> Iterator[Violation]:
    """A pendant goes to sleep with no event that the hub has not, and with no alarm open."""
    left: dict[str, set[str]] = {}
    for sight in evidence.seen.all:
        if isinstance(sight, Kept) and sight.name.startswith((EVENT_RECORD, OPEN_RECORD)):
            left.setdefault(sight.pendant, set()).add(sight.name)
        elif isinstance(sight, Erased):
            left.setdefault(sight.pendant, set()).discard(sight.name)
        elif isinstance(sight, Slept) and sight.asleep and left.get(sight.pendant):
            said = f"asleep with {', '.join(sorted(left[sight.pendant]))} on its flash"
            yield Violation(CHECKER, sight.at_ms, sight.pendant, said)


def _says_that_it_is_kept(sight: Kept | Felt) -> bool:
    if isinstance(sight, Felt):
        return sight.pattern in HAD
    return sight.name.startswith(EVENT_RECORD)


def waking_press_counts(evidence: Evidence) -> Iterator[Violation]:
    """A press that wakes a pendant is kept before it sleeps again, if its power stays; or, where
    its flash refused that, the hub has it, which is felt and says more."""
    asleep: set[str] = set()
    pressed: dict[str, Pressed] = {}
    off: dict[str, tuple[int, Pressed]] = {}  # the power went with it unkept: for a sleep, or else
    for sight in evidence.seen.all:
        if isinstance(sight, Powered):
            if not sight.on and sight.pendant in pressed:
                off[sight.pendant] = sight.at_ms, pressed.pop(sight.pendant)
            elif sight.on:
                off.pop(sight.pendant, None)
        elif isinstance(sight, Slept) and sight.asleep:
            asleep.add(sight.pendant)
            at_ms, press = off.pop(sight.pendant, (-1, None))
            if press is not None and at_ms == sight.at_ms:
                said = f"{press.gesture} woke it, was never kept, and it sleeps again"
                yield Violation(CHECKER, press.at_ms, sight.pendant, said)
        elif isinstance(sight, Slept):
            asleep.discard(sight.pendant)
        elif isinstance(sight, Kept | Felt):
            if _says_that_it_is_kept(sight):
                pressed.pop(sight.pendant, None)
        elif not isinstance(sight, Pressed) or sight.gesture in PERHAPS_NOTHING:
            continue
        elif sight.pendant in asleep:
            pressed[sight.pendant] = sight
