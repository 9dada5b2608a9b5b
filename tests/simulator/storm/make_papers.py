"""Makes the tables of docs/storm.md from the tables of the code.

    python -m tests.simulator.storm.make_papers

The rule it keeps: what a reader is told of weathers, acts, checkers and planted bugs is what the
storm has; a test makes the tables again and compares.
"""

from collections.abc import Callable
from dataclasses import fields

from simulator.chaos.statements import STATEMENTS
from simulator.storm.checkers.outside import SHARED
from simulator.storm.checkers.table import CHECKS
from simulator.storm.plan import ACTS
from simulator.storm.plants import PLANTS
from simulator.storm.rates import CALM, Rates
from simulator.storm.weathers import WEATHERS
from tests.hub.rules.make_papers import code, made_again, table
from tests.tree import ROOT

PAGE = ROOT / "docs" / "storm.md"


def first_sentence(made: Callable[..., object]) -> str:
    """What a checker's docstring promises, in one line."""
    said = " ".join((made.__doc__ or "").split())
    return said.split(". ")[0].rstrip(".")


def of_checker(name: str) -> str:
    return "; ".join(
        STATEMENTS[name][2] if check is SHARED.get(name) else first_sentence(check)
        for check in CHECKS[name]
    )


def made() -> dict[str, str]:
    """The made parts by their names."""
    weathers = ((code(name), found.meaning) for name, found in WEATHERS.items())
    acts = ((code(kind), said) for kind, said in ACTS.items())
    checkers = ((code(name), of_checker(name)) for name in CHECKS)
    plants = (
        (code(plant.name), plant.about, code(plant.module), code(*plant.checkers), str(plant.seeds))
        for plant in PLANTS.values()
    )
    rates = ((code(each.name), str(getattr(CALM, each.name))) for each in fields(Rates))
    return {
        "rates": table(("rate", "on a calm day"), rates),
        "weathers": table(("weather", "what it is"), weathers),
        "acts": table(("act", "what it means"), acts),
        "checkers": table(("checker", "what it holds"), checkers),
        "plants": table(("bug", "what it breaks", "where", "found by", "seeds, at most"), plants),
    }


if __name__ == "__main__":
    PAGE.write_text(made_again(PAGE, made()), encoding="utf-8")
