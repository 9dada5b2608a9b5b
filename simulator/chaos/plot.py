"""What is lived through under a procedure: its visits, as one of its own scenarios has them.

Rule: nothing about a procedure is known here but the name of a scenario in which a visit of it goes
well; who plans, what is entered and what is read back stands in that file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.rules.model import Value
from simulator.live.scenario import FOLDER, Scenario, Step, load
from simulator.live.span import is_moment, moment

# policy -> the scenario whose visits are lived through
SOURCES = {
    "homemaker-exeter": "office-day",
    "plain": "plain-overrun",
    "derbyshire-childrens-services": "derbyshire-finish-missed",
    "acorn-partnership": "acorn-pair",
    "sutton-cypl": "sutton-thirty-minutes",
    "leading-futures": "leading-futures-home-safe",
    "carers-trust-d06b": "carers-relief-late",
}
BESIDES = ("agree_tracking", "check_risk")  # what must be entered before she may be let in


@dataclass(frozen=True, slots=True)
class Act:
    """A command as the scenario gives it, without its labels."""

    kind: str
    by: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Outing:
    """One kind of visit: planned, what is entered besides, let in."""

    plan: Act
    besides: tuple[Act, ...]
    let_in: Act

    @property
    def together(self) -> int:
        """How many go."""
        return len(str(self.plan.values["workers"]).split(","))


@dataclass(frozen=True, slots=True)
class Plot:
    policy: str
    world: Path
    begins: str
    outings: tuple[Outing, ...]

    @property
    def office(self) -> frozenset[str]:
        """Who is needed on the other end of the line, whatever roles she holds."""
        named = {
            str(act.values.get(key, ""))
            for outing in self.outings
            for act in (outing.plan, outing.let_in)
            for key in ("tracker", "departure_contact", "manager_agreed")
        }
        acting = {act.by for outing in self.outings for act in (outing.plan, outing.let_in)}
        return frozenset(named | acting)

    @property
    def together(self) -> int:
        return max(outing.together for outing in self.outings)


def plot_of(policy: str) -> Plot:
    """Raises KeyError for a procedure that has no scenario here."""
    scenario = load(FOLDER / f"{SOURCES[policy]}.toml")
    outings = [_outing(scenario, step) for step in _done(scenario, "plan_visit")]
    return Plot(policy, scenario.world, scenario.begins, tuple(outings))


def _done(scenario: Scenario, kind: str) -> list[Step]:
    return [step for step in scenario.steps if step.what == kind and not step.refused]


def _outing(scenario: Scenario, plan: Step) -> Outing:
    def about(kind: str) -> list[Act]:
        return [
            Act(kind, step.by, {k: v for k, v in step.values.items() if k != "visit"})
            for step in _done(scenario, kind)
            if step.values.get("visit") == plan.label
        ]

    besides = [act for kind in BESIDES for act in about(kind)]
    return Outing(Act(plan.what, plan.by, plan.values), tuple(besides), about("confirm_arrival")[0])


def timed(values: Mapping[str, Value], now_ms: int) -> dict[str, Value]:
    """`now + 2 min` as a time."""
    return {
        key: now_ms + moment(value).after_ms
        if isinstance(value, str) and key.endswith("_ms") and is_moment(value)
        else value
        for key, value in values.items()
    }
