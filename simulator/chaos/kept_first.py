"""Nothing is called stored before the flash has it (P1, P2): by order, where clocks are several.

Rule: on the pendant's own control line a record is told as written before what is felt of it. The
storm holds the same by its one clock (simulator/storm/checkers/feeling.py).
"""

from collections import Counter
from collections.abc import Iterator

from simulator.chaos.bounds import Bounds, Violation
from simulator.chaos.logbook import Logbook
from simulator.chaos.presses import EVENT_RECORD
from simulator.storm.seen import Felt, Kept, Powered, Seen

JOINS = 4  # so many of a kind unheard, and one more joins the last, which is kept already


def stored_true(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """Each "stored" follows a record that none has followed yet; the first after a start may be
    about records of before, if there can be any."""
    fresh: Counter[str] = Counter()
    ever: set[str] = set()
    restored: set[str] = set()
    unheard: Counter[str] = Counter()
    for sight in seen.all:
        if isinstance(sight, Kept) and sight.name.startswith(EVENT_RECORD):
            fresh[sight.pendant] += 1
            ever.add(sight.pendant)
        elif isinstance(sight, Powered):
            fresh[sight.pendant] = 0
            (restored.add if sight.on and sight.pendant in ever else restored.discard)(
                sight.pendant
            )
        elif isinstance(sight, Felt) and sight.pattern in ("hub-has-it", "over"):
            unheard[sight.pendant] = 0
        elif isinstance(sight, Felt) and sight.pattern == "stored":
            unheard[sight.pendant] += 1
            if fresh[sight.pendant]:
                fresh[sight.pendant] = 0
            elif sight.pendant in restored:
                restored.discard(sight.pendant)
            elif unheard[sight.pendant] <= JOINS:
                what = f'{sight.pendant}: felt "stored", and its flash had kept nothing'
                yield Violation("stored-true", sight.at_ms, what)
