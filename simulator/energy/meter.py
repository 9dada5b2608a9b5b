"""What a pendant did in a day, as an outsider saw it: how long awake, how often connected, what it
sent, heard, felt and kept.

Rule: counted from the sights of a world (storm/seen.py), never from inside the core.
"""

from dataclasses import dataclass, field

from firmware.mqtt import PING_AFTER_MS
from firmware.pendant.patterns import PATTERNS
from simulator.storm.people.trips import BACK, TRAVELLING
from simulator.storm.seen import Carried, Erased, Felt, Kept, Powered, Seen, Slept, Went

TOGETHER_MS = 50  # packets closer than that find the radio still on


@dataclass(slots=True)
class Use:
    """`out_ms`: from setting out to being back. `bursts`: how often the radio was woken for
    packets; `ping`s are counted into them."""

    day_ms: int = 0
    awake_ms: int = 0
    searching_ms: int = 0
    out_ms: int = 0
    visits: int = 0
    wakes: int = 0
    connects: int = 0
    sent: int = 0
    sent_bytes: int = 0
    heard: int = 0
    heard_bytes: int = 0
    pings: int = 0
    bursts: int = 0
    writes: int = 0
    felt: int = 0
    motor_ms: float = 0.0  # at full strength
    led_ms: int = 0
    woken: list[tuple[int, int]] = field(default_factory=list)  # when, for how long

    @property
    def asleep_ms(self) -> int:
        return self.day_ms - self.awake_ms


def use_of(seen: Seen, pendant: str, worker: str, start_ms: int, end_ms: int) -> Use:
    use = Use(day_ms=end_ms - start_ms)
    use.woken = _woken(seen, pendant, end_ms)
    use.wakes = len(use.woken)
    use.awake_ms = sum(length_ms for _, length_ms in use.woken)
    packets = []
    set_out_ms = -1
    for sight in seen.all:
        if isinstance(sight, Carried) and pendant in sight.topic.split("/"):
            packets.append(sight.at_ms)
            _carried(use, sight, pendant)
        elif isinstance(sight, Felt) and sight.pendant == pendant:
            _felt(use, sight.pattern)
        elif isinstance(sight, (Kept, Erased)) and sight.pendant == pendant:
            use.writes += 1
        elif isinstance(sight, Went) and sight.worker == worker:
            if sight.place == TRAVELLING:
                set_out_ms = sight.at_ms
            elif sight.place == BACK and set_out_ms >= 0:
                use.visits += 1
                use.out_ms += sight.at_ms - set_out_ms
                set_out_ms = -1
    _radio(use, packets)
    return use


def _woken(seen: Seen, pendant: str, end_ms: int) -> list[tuple[int, int]]:
    """Each time awake: from when, how long."""
    found: list[tuple[int, int]] = []
    since_ms = -1
    for sight in seen.all:
        if isinstance(sight, Powered) and sight.pendant == pendant:
            on = sight.on
        elif isinstance(sight, Slept) and sight.pendant == pendant:
            on = not sight.asleep
        else:
            continue
        if on and since_ms < 0:
            since_ms = sight.at_ms
        elif not on and since_ms >= 0:
            found.append((since_ms, sight.at_ms - since_ms))
            since_ms = -1
    if since_ms >= 0:
        found.append((since_ms, end_ms - since_ms))
    return found


def _carried(use: Use, sight: Carried, pendant: str) -> None:
    size = len(sight.token) + len(sight.topic)
    if sight.to == pendant:
        use.heard += 1
        use.heard_bytes += size
    else:
        use.sent += 1
        use.sent_bytes += size


def _felt(use: Use, pattern: str) -> None:
    use.felt += 1
    for on_ms, _off_ms, strength_pct, _led in PATTERNS[pattern][2]:
        use.motor_ms += on_ms * strength_pct / 100
        use.led_ms += on_ms


def _radio(use: Use, packets: list[int]) -> None:
    """Connections, pings and bursts: in each time awake, until the first packet it searches."""
    for began_ms, length_ms in use.woken:
        inside = sorted(at_ms for at_ms in packets if began_ms <= at_ms <= began_ms + length_ms)
        if not inside:
            use.searching_ms += length_ms
            continue
        use.connects += 1
        last_ms = inside[0]
        use.bursts += 1
        for at_ms in inside[1:]:
            use.pings += (at_ms - last_ms) // PING_AFTER_MS
            use.bursts += at_ms - last_ms > TOGETHER_MS
            last_ms = at_ms
        use.pings += (began_ms + length_ms - last_ms) // PING_AFTER_MS
    use.bursts += use.pings
