"""When was there a way from a pendant to people's telephones, as far as an outsider can tell?

Rule: a fault counts from the moment before it was done to the moment after it was undone, so a
window without any is one in which nothing that was done on purpose stood in the way.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulator.storm.seen import Befell, HubLife, Powered, Seen

HUB, BROKER, PAGES = "hub", "broker", "pages"
# What a press needs to be known at the hub, and what a page needs besides.
UPLINK = (HUB, BROKER)
WHOLE_WAY = (HUB, BROKER, PAGES)
# What an administrator does to a pendant, and a battery before it ends, is in no press's way.
# Slow is not away, what the flash does not keep is sent all the same, a battery that is low still
# sends; and of what a broker makes of single messages what goes up is sent again.
HARMLESS = frozenset(
    {"delay_ms", "slow", "slow_disk", "flash_busy", "flash_fails", "battery", "lost", "doubled",
     "reordered", "battery_dies", "expire", "revoke"}
)  # fmt: skip
FOR_EVER_MS = 1 << 62


@dataclass(frozen=True, slots=True)
class Span:
    """From `from_ms` to `to_ms`, both included."""

    from_ms: int
    to_ms: int


def outages(seen: Seen, needs: Iterable[str]) -> list[Span]:
    """When one of these (a pendant, the hub, the broker, the pages) was out of order: in order,
    apart from one another. What was never undone goes on for ever."""
    wanted = frozenset(needs)
    return joined([*_faults(seen, wanted), *_dark(seen, wanted)])


def _faults(seen: Seen, wanted: frozenset[str]) -> Iterator[Span]:
    for sight in seen.all:
        if isinstance(sight, Befell) and sight.what in wanted and sight.kind not in HARMLESS:
            yield Span(sight.at_ms, sight.ends_ms or sight.at_ms)


def _dark(seen: Seen, wanted: frozenset[str]) -> Iterator[Span]:
    """Without power, or without a process. Whoever was never seen to start, runs from the start."""
    down: dict[str, int] = {}
    for sight in seen.all:
        if isinstance(sight, Powered):
            who, up = sight.pendant, sight.on
        elif isinstance(sight, HubLife):
            who, up = HUB, sight.up
        else:
            continue
        if up and who in down:
            yield from _span(who, down.pop(who), sight.at_ms, wanted)
        elif not up:
            down.setdefault(who, sight.at_ms)
    for who, from_ms in down.items():
        yield from _span(who, from_ms, FOR_EVER_MS, wanted)


def _span(who: str, from_ms: int, to_ms: int, wanted: frozenset[str]) -> Iterator[Span]:
    if who in wanted:
        yield Span(from_ms, to_ms)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as possible."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.from_ms, each.to_ms)):
        if found and span.from_ms <= found[-1].to_ms:
            found[-1] = Span(found[-1].from_ms, max(found[-1].to_ms, span.to_ms))
        else:
            found.append(span)
    return found


def covered(spans: Iterable[Span], from_ms: int, to_ms: int) -> bool:
    """Whether one of the joined spans holds all of this time."""
    return any(span.from_ms <= from_ms and to_ms <= span.to_ms for span in spans)


def touched(spans: Iterable[Span], from_ms: int, to_ms: int) -> bool:
    return any(span.from_ms <= to_ms and from_ms <= span.to_ms for span in spans)


def free_until_ms(spans: Iterable[Span], from_ms: int, length_ms: int) -> int:
    """The end of the first `length_ms` without an outage that begin at `from_ms` or later;
    FOR_EVER_MS if an outage without an end comes first."""
    begin_ms = from_ms
    for span in spans:
        if span.to_ms < begin_ms:
            continue
        if span.from_ms > begin_ms + length_ms:
            break
        begin_ms = max(begin_ms, span.to_ms)
    return FOR_EVER_MS if begin_ms >= FOR_EVER_MS else begin_ms + length_ms
