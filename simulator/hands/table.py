"""The tables of docs/pendant.md: how often a pocket calls, how often a hand is not heard."""

from collections.abc import Sequence

from simulator.hands.fear import STYLES
from simulator.hands.intervals import of_rate, of_share
from simulator.hands.measure import SILENT, SOS, Fear, Pocket
from simulator.hands.places import PLACES

PER_H = 1000


def _rate(count: int, hours: int) -> str:
    low, high = (PER_H * bound / hours for bound in of_rate(count))
    return f"{PER_H * count / hours:.1f} ({low:.1f} to {high:.1f})"


def _share(count: int, of: int) -> str:
    low, high = (100 * bound for bound in of_share(count, of))
    return f"{100 * count / of:.2f} % ({low:.2f} to {high:.2f})"


def _count(found: Pocket, names: Sequence[str]) -> str:
    return _rate(sum(found.read[name] for name in names), found.hours)


def pocket_table(found: Sequence[Pocket]) -> str:
    """False alarms in 1,000 hours, each with its 95 % interval."""
    rows = [
        "| where | what presses | SOS | held and let go | silent duress | home safe |",
        "|---|---|---|---|---|---|",
    ]
    for one, place in zip(found, PLACES, strict=True):
        cells = [_rate(one.sos, one.hours), _count(one, ("sos-let-go",)), _count(one, SILENT)]
        cells.append(_count(one, ("d-hold",)))
        rows.append(f"| {place.name} | {place.why} | {' | '.join(cells)} |")
    return "\n".join(rows)


def fear_table(found: Sequence[Fear]) -> str:
    """Missed calls in 100, each with its 95 % interval."""
    rows = ["| how she asks | no SOS | no alarm of any kind |", "|---|---|---|"]
    for one in found:
        means = STYLES[one.style][0]
        missed, unheard = _share(one.missed, one.attempts), _share(one.unheard, one.attempts)
        rows.append(f"| {means} | {missed} | {unheard} |")
    return "\n".join(rows)


def change_table(
    found: Sequence[tuple[str, Sequence[Pocket], Sequence[Fear]]],
) -> str:
    """What each rule of the gestures is worth: false SOS of all places, missed of all styles."""
    rows = [
        "| gestures | false SOS in 1,000 h | false home safe in 1,000 h | missed SOS |",
        "|---|---|---|---|",
    ]
    for name, pockets, fears in found:
        hours = sum(one.hours for one in pockets)
        false = _rate(sum(one.read[kind] for one in pockets for kind in SOS), hours)
        home = _rate(sum(one.read["d-hold"] for one in pockets), hours)
        missed = _share(sum(one.missed for one in fears), sum(one.attempts for one in fears))
        rows.append(f"| {name or 'as they are'} | {false} | {home} | {missed} |")
    return "\n".join(rows)
