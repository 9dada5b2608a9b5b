"""The table of the energy model: a bill for the day, and what it would be if something changed.

Rule: every line of it is made by the same model from a day that was played; a variant changes
inputs by name, or the day, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.energy.charge import Bill, bill_of
from simulator.energy.day import AN_HOUR_IN_ALL_MS, AN_HOUR_MS, Day, played
from simulator.energy.inputs import INPUTS, numbers
from simulator.energy.meter import Use

FIVE_HOURS = Day(AN_HOUR_IN_ALL_MS)
WAY_ON_TOP = Day(AN_HOUR_MS)
NO_SLEEP = Day(AN_HOUR_IN_ALL_MS, sleep=False)


@dataclass(frozen=True, slots=True)
class Variant:
    name: str
    day: Day
    changed: Mapping[str, float]


# The first one is the figure; the others say what it hangs on.
VARIANTS = (
    Variant("five visits of an hour, the way there and home with it", FIVE_HOURS, {}),
    Variant("an hour inside each, the way on top", WAY_ON_TOP, {}),
    Variant("the core at 240 MHz instead of 80", FIVE_HOURS,
            {"cpu_idle_ma": 32.9, "cpu_busy_ma": 51.2}),
    Variant("no deep sleep: connected all day", NO_SLEEP, {}),
    Variant("a development board as it comes, 2 mA asleep", FIVE_HOURS, {"board_asleep_ua": 2000}),
    Variant("a cell of 500 mAh", FIVE_HOURS, {"battery_mah": 500}),
    Variant("a new cell, emptied wholly", FIVE_HOURS, {"usable_pct": 100}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    variant: Variant
    use: Use
    bill: Bill


def rows(changed: Mapping[str, float] | None = None, first_only: bool = False) -> list[Row]:
    """`changed`: inputs that hold for all of them, unless a variant says otherwise. Each day is
    played once. Raises inputs.UnknownInput, day.DidNotHappen."""
    numbers(changed)
    days: dict[Day, Use] = {}
    found = []
    for variant in VARIANTS[:1] if first_only else VARIANTS:
        if variant.day not in days:
            days[variant.day] = played(variant.day)
        use = days[variant.day]
        bill = bill_of(use, numbers({**(changed or {}), **variant.changed}))
        found.append(Row(variant, use, bill))
    return found


def as_json(found: list[Row], changed: Mapping[str, float]) -> dict[str, Any]:
    inputs = numbers(changed)
    first = found[0]
    return {
        "inputs": [
            {"name": each.name, "value": inputs[each.name], "unit": each.unit,
             "means": each.means, "source": _source(each.name, each.source, changed)}
            for each in INPUTS
        ],
        "items": [{"name": item.name, "mah": round(item.mah, 2), "of": item.said}
                  for item in first.bill.items],
        "mah_a_day": round(first.bill.mah, 1),
        "days": round(first.bill.days, 2),
        "variants": [
            {"name": row.variant.name, "out_h": round(row.bill.out_h, 2),
             "awake_h": round(row.bill.awake_h, 2), "mah_a_day": round(row.bill.mah, 1),
             "days": round(row.bill.days, 2)}
            for row in found
        ],
    }  # fmt: skip


def lines(found: list[Row], changed: Mapping[str, float]) -> list[str]:
    """The same for people; a Markdown reader shows it as tables."""
    inputs = numbers(changed)
    first = found[0].bill
    made = ["| input | value | means | source |", "|---|---|---|---|"]
    made += [
        f"| `{each.name}` | {inputs[each.name]:g} {each.unit} | {each.means} | "
        f"{_source(each.name, each.source, changed)} |"
        for each in INPUTS
    ]
    made += ["", f"| {found[0].variant.name} | mAh | of |", "|---|---|---|"]
    made += [f"| {item.name} | {item.mah:.2f} | {item.said} |" for item in first.items]
    made += [f"| **a day** | **{first.mah:.1f}** | {first.days:.2f} days of such days |", ""]
    made += ["| if | out | awake | mAh a day | days |", "|---|---|---|---|---|"]
    made += [
        f"| {row.variant.name} | {row.bill.out_h:.2f} h | {row.bill.awake_h:.2f} h | "
        f"{row.bill.mah:.1f} | {row.bill.days:.2f} |"
        for row in found
    ]
    return made


def _source(name: str, source: str, changed: Mapping[str, float]) -> str:
    return "given on the command line" if name in changed else source
