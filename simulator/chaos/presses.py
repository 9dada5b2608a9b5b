"""Statements about SOS presses: none lost, none doubled, none swallowed, each paged."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from simulator.chaos.bounds import Bounds, Violation
from simulator.chaos.logbook import Line, Logbook
from simulator.chaos.outages import FOR_EVER_MS, WHOLE_WAY, Span, free_until_ms, outages
from simulator.storm.seen import Befell, Delivered, Felt, Kept, Powered, Pressed, Seen

SOS_GESTURES = frozenset({"sos-hold", "sos-stabs"})
EVENT_RECORD = "e-"  # docs/pendant.md: a sealed event, named by its identity
AT_ONCE_MS = 2_000  # between a record and the feeling of it, on a busy machine too
PRESS_KINDS = frozenset({"alarm_raised", "alarm_pressed"})
DANGERS = frozenset({"sos_pressed", "sos_aborted", "duress", "duress_suspected"})


@dataclass(frozen=True, slots=True)
class Stored:
    """An alarm press that a pendant called stored. `identity`: of the record it had just kept."""

    at_ms: int
    pendant: str
    identity: str


def stored(seen: Seen) -> list[Stored]:
    """Each "stored" that follows a record: what is felt at a boot is about records of before, and
    what is felt long after a record about another press, which joined the last of its kind."""
    found: list[Stored] = []
    newest: dict[str, Kept] = {}
    for sight in seen.all:
        if isinstance(sight, Kept) and sight.name.startswith(EVENT_RECORD):
            newest[sight.pendant] = sight
        elif isinstance(sight, Powered):
            newest.pop(sight.pendant, None)
        elif isinstance(sight, Felt) and sight.pattern == "stored":
            kept = newest.pop(sight.pendant, None)
            if kept is not None and sight.at_ms - kept.at_ms <= AT_ONCE_MS:
                found.append(Stored(sight.at_ms, sight.pendant, identity_of(kept.name)))
    return found


def identity_of(record: str) -> str:
    """`e-<boot>-<seq>` -> `<boot>.<seq>`."""
    boot, _, seq = record.removeprefix(EVENT_RECORD).partition("-")
    return f"{boot}.{seq}"


def sos_pressed(seen: Seen) -> list[Pressed]:
    """Whole gestures only: a hand that lost its pendant half-way pressed something else."""
    return [
        each
        for each in seen.all
        if isinstance(each, Pressed) and each.gesture in SOS_GESTURES and not each.cut
    ]


def felt_stored(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """Between a press and the next one there is a "stored", if the power did not go; or, where the
    flash was slower than the hub, "the hub has it", which says more."""
    dark: dict[str, list[int]] = defaultdict(list)
    busy = list(_busy(seen, bounds))
    feels = {pattern: defaultdict[str, list[int]](list) for pattern in ("stored", "hub-has-it")}
    for sight in seen.all:
        if isinstance(sight, Powered):
            dark[sight.pendant].append(sight.at_ms)
        elif isinstance(sight, Felt) and sight.pattern in feels:
            feels[sight.pattern][sight.pendant].append(sight.at_ms)
    for press in sos_pressed(seen):
        until_ms = _stored_by_ms(press, busy, bounds)
        if any(press.at_ms <= at_ms <= until_ms for at_ms in dark[press.pendant]):
            continue
        felt = feels["stored"][press.pendant]
        if until_ms > press.end_ms + bounds.stored_ms + bounds.lag_ms:
            felt = felt + feels["hub-has-it"][press.pendant]
        if not any(press.at_ms <= at_ms <= until_ms for at_ms in felt):
            what = f"{press.pendant}: {press.gesture} was not felt as stored"
            yield Violation("felt-stored", press.at_ms, what)


def _busy(seen: Seen, bounds: Bounds) -> Iterator[Befell]:
    """When a flash kept nothing: it was at work, or had refused what it is asked for again."""
    for sight in seen.all:
        if not isinstance(sight, Befell):
            continue
        if sight.kind == "flash_busy":
            yield sight
        elif sight.kind == "flash_fails":
            yield replace(sight, ends_ms=sight.at_ms + bounds.flash_again_ms)


def _stored_by_ms(press: Pressed, busy: list[Befell], bounds: Bounds) -> int:
    """A flash that is busy stores nothing, and nothing is said to be stored."""
    within_ms = bounds.stored_ms + bounds.lag_ms
    until_ms = press.end_ms + within_ms
    for each in busy:
        if each.what == press.pendant and press.at_ms <= each.ends_ms and each.at_ms <= until_ms:
            until_ms = max(until_ms, each.ends_ms + within_ms)
    return until_ms


def in_log(book: Logbook) -> dict[tuple[str, str], list[Line]]:
    """(pendant, identity) -> the rows in which an alarm took that press."""
    found: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in book.lines:
        if line.kind in PRESS_KINDS and line.identity:
            found[line.pendant, line.identity].append(line)
    return found


def not_lost(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """In the log, in an alarm. (A press that joins the last of many is called stored without a
    record of its own; the newest record may then be of what is no alarm, and is in the log.)"""
    routine = {
        (line.pendant, line.identity)
        for line in book.lines
        if line.identity and line.kind not in DANGERS and not line.alarm
    }
    known = in_log(book).keys() | routine
    for press in stored(seen):
        if (press.pendant, press.identity) not in known:
            what = f"{press.pendant}: {press.identity} was stored and is not in the log"
            yield Violation("not-lost", press.at_ms, what)


def one_press(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """The first row that names it put it into its alarm, once, and no other row did: a packet twice
    is no second incident, and a second press none that is swallowed until a beat tells of it again.
    (A beat may tell of it before it comes itself; its own row then changes no alarm.)"""
    for (pendant, identity), lines in in_log(book).items():
        took = [line for line in lines if line.alarm_state]
        if len(took) > 1:
            rows = ", ".join(str(line.seq) for line in took)
            yield Violation("one-press", -1, f"{pendant}: {identity} is in rows {rows}")
        presses = lines[0].alarm_state.get("presses", ())
        count = sum(each.get("identity") == identity for each in presses)
        if count != 1:
            what = f"{pendant}: row {lines[0].seq} put {identity} {count} times into its alarm"
            yield Violation("one-press", -1, what)


def not_invented(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """As many at most as fingers made, of each pendant."""
    made = Counter(
        each.pendant
        for each in seen.all
        if isinstance(each, Pressed) and each.gesture in SOS_GESTURES
    )
    sos = {
        (line.pendant, line.identity)
        for line in book.lines
        if line.kind == "sos_pressed" and line.identity
    }
    for pendant, count in Counter(pendant for pendant, _ in sos).items():
        if count > made[pendant]:
            what = f"{pendant}: {count} SOS in the log, {made[pendant]} pressed"
            yield Violation("not-invented", -1, what)


def paged(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """A page written because of this press, or later, is on a telephone in time; or a person who
    had been paged about that alarm before has ended it with this press in it."""
    logged, pages = in_log(book), _pages(seen)
    ended = {line.alarm for line in book.lines if line.kind == "resolve" and not line.refused}
    presses = stored(seen)
    spans = ways(seen, presses)
    for press in presses:
        lines = logged.get((press.pendant, press.identity))
        if not lines:
            continue  # `not_lost` tells of it
        limit_ms = free_until_ms(spans[press.pendant], press.at_ms, bounds.paged_ms)
        if limit_ms >= FOR_EVER_MS:
            continue
        about = pages.get(lines[0].alarm, [])
        in_time = [each for each in about if each.at_ms <= limit_ms + bounds.lag_ms]
        if any(_created_ms(each) >= lines[0].recorded_ms for each in in_time):
            continue
        if in_time and lines[0].alarm in ended:
            continue
        what = f"{press.pendant}: nobody was paged about {press.identity}"
        late = [each.at_ms for each in about if _created_ms(each) >= lines[0].recorded_ms]
        what += f" before {limit_ms}; first at {late[0]}" if late else f" (due by {limit_ms})"
        yield Violation("paged", press.at_ms, what)


def ways(seen: Seen, presses: list[Stored]) -> dict[str, list[Span]]:
    """For each pendant with a press: when there was no way from it to a telephone."""
    return {
        pendant: outages(seen, (pendant, *WHOLE_WAY))
        for pendant in sorted({press.pendant for press in presses})
    }


def first_pages(seen: Seen, book: Logbook) -> dict[tuple[str, str], Delivered]:
    """(pendant, identity) -> the first page on anybody's telephone that was written because of this
    press, or later."""
    pages = _pages(seen)
    return {
        key: each
        for key, lines in in_log(book).items()
        for each in reversed(pages.get(lines[0].alarm, ()))
        if _created_ms(each) >= lines[0].recorded_ms
    }


def _pages(seen: Seen) -> dict[str, list[Delivered]]:
    found: dict[str, list[Delivered]] = defaultdict(list)
    for sight in seen.all:
        if isinstance(sight, Delivered):
            found[str(sight.facts.get("alarm", ""))].append(sight)
    return found


def _created_ms(page: Delivered) -> int:
    """In the hub's time."""
    value = page.facts.get("created_ms", 0)
    return value if isinstance(value, int) else 0
