"""Presses as contacts make them: raw edges in the order of time, bounces and all.

Rule: a contact that is down does not go down again; whatever overlaps on one button is one press.
"""

from collections.abc import Iterable, Iterator
from math import exp, log
from random import Random

Edge = tuple[int, str, bool]  # milliseconds, button, down
Press = tuple[int, int, str]  # from, until, button
MAX_BOUNCES = 3


def spread(random: Random, low: float, high: float) -> int:
    """Between low and high, each octave as likely as the next: how long people and things press."""
    return round(exp(random.uniform(log(low), log(high))))


def merged(presses: Iterable[Press], apart_ms: int = 0) -> Iterator[Press]:
    """In the order of their begin; what overlaps on one button, or comes while it still bounces,
    is one press."""
    open_presses: dict[str, Press] = {}
    for press in sorted(presses):
        button = press[2]
        last = open_presses.get(button)
        if last is not None and press[0] <= last[1] + apart_ms:
            open_presses[button] = (last[0], max(last[1], press[1]), button)
            continue
        if last is not None:
            yield last
        open_presses[button] = press
    yield from open_presses.values()


def edges(random: Random, presses: Iterable[Press], bounce_ms: int) -> list[Edge]:
    """Every press with a bouncing begin and end, of up to `bounce_ms`, never longer than half the
    press itself."""
    found: list[Edge] = []
    for from_ms, until_ms, button in merged(presses, bounce_ms):
        longest_ms = min(bounce_ms, (until_ms - from_ms) // 2)
        found += _bounced(random, from_ms, button, True, longest_ms)
        found += _bounced(random, until_ms, button, False, longest_ms)
    return sorted(found, key=lambda edge: edge[0])


def _bounced(random: Random, at_ms: int, button: str, down: bool, limit_ms: int) -> list[Edge]:
    """It goes there and back some times, and stays."""
    count = random.randint(0, MAX_BOUNCES) if limit_ms > 2 * MAX_BOUNCES else 0
    times = sorted(random.sample(range(1, limit_ms), 2 * count)) if count else []
    found = [(at_ms, button, down)]
    for number, after_ms in enumerate(times):
        found.append((at_ms + after_ms, button, down if number % 2 else not down))
    return found
