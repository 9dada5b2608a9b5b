"""How sure a count is: 95 % intervals of a rate and of a share.

Exact for a rate (F. Garwood, Biometrika 28, 1936), by bisection on the Poisson sum; Wilson's score
(JASA 22, 1927) for a share. No figure without one.
"""

from math import exp, sqrt

TAIL = 0.025
Z = 1.959964
STEPS = 100


def _at_most(count: int, mean: float) -> float:
    """The chance of `count` or fewer."""
    term = total = exp(-mean)
    for number in range(1, count + 1):
        term *= mean / number
        total += term
    return total


def _mean_where(count: int, chance: float, high: float) -> float:
    low = 0.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(count, middle) > chance else (low, middle)
    return low


def of_rate(count: int) -> tuple[float, float]:
    """The mean that `count` events are a draw of, low and high. For counts of up to 600."""
    roof = count + 6 * sqrt(count + 1) + 10
    if roof > 700:  # exp(-mean) is still a number
        return count - Z * sqrt(count), count + Z * sqrt(count)
    low = 0.0 if count == 0 else _mean_where(count - 1, 1 - TAIL, roof)
    return low, _mean_where(count, TAIL, roof)


def of_share(count: int, of: int) -> tuple[float, float]:
    share = count / of
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)
