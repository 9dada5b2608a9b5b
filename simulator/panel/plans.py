"""The world that the panel plays in, and the visits that one click plans there.

The rule it keeps: a visit is planned by a person of the office through the hub's own gates, with
times by the hub's clock; a refusal is shown in the hub's words.
"""

from dataclasses import dataclass

from hub.rules.model import Value
from simulator.live.scenario import WORLDS

WORLD = WORLDS / "exeter.toml"
WEARERS = ("bea", "dai", "ines")
BEGINS = "Wed 10:00"  # office hours and daylight, on whatever evening somebody tries it
OFFICE = "olu"
SCREENS = ("olu", "tom", "maria", "ruth")  # who sits at a board: all but the wearers
START_AFTER_MS = 2 * 60_000
END_AFTER_MS = 47 * 60_000


@dataclass(frozen=True, slots=True)
class Plan:
    words: str  # on the button
    title: str
    values: dict[str, Value]


PLANS: dict[str, Plan] = {
    "close": Plan(
        "Plan a first meeting",
        "First meeting with Joan Hale, St Thomas: tracked closely, called after 20 minutes",
        {
            "client": "c-17", "area": "St Thomas", "purpose": "benefits advice", "rating": "C2",
            "coverage": "good", "tracker": "tom", "manager_agreed": "maria", "first_meeting": True,
        },
    ),
    "usual": Plan(
        "Plan a usual visit",
        "Peter Rowe, Heavitree: a visit as any other",
        {
            "client": "c-23", "area": "Heavitree", "purpose": "tenancy review", "rating": "C3",
            "coverage": "good", "tracker": "tom", "manager_agreed": "maria",
        },
    ),
}  # fmt: skip


def planned(kind: str, worker: str, now_ms: int) -> dict[str, Value]:
    """The values of `plan_visit`. Raises KeyError for a kind that there is not."""
    start_ms, end_ms = now_ms + START_AFTER_MS, now_ms + END_AFTER_MS
    return {**PLANS[kind].values, "workers": worker, "start_ms": start_ms, "end_ms": end_ms}
