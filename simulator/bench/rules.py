"""How many events the rules decide in a second of one core, deadlines included; nothing is stored.

The mix is a whole visit told many times over: planned, started out, its risks looked up, arrived,
confirmed, presses, the call-back due, contacts, carried on, extended, departed, home. It runs under
each shipped procedure, on the level with the most clocks; the slowest one is the figure.
"""

import statistics
import time
from dataclasses import replace

from hub.policy.load import SHIPPED, load
from hub.policy.model import Terms
from hub.policy.moves import entered, facts_to_try
from hub.rules import visit as rules
from hub.rules.directory import ClientFacts, Directory, WorkerFacts
from hub.rules.model import Event, Value, Visit
from hub.rules.phases import PHASES
from hub.rules.planning import level_of

START_MS = 1_780_000_000_000
MINUTE_MS = 60_000
VISITS = 1_000
ROUNDS = 5


def _plan(facts: frozenset[str]) -> Event:
    data: dict[str, Value] = {"client": "c-1", "area": "Heavitree", "purpose": "visit"}
    data |= {"start_ms": START_MS, "end_ms": START_MS + 60 * MINUTE_MS, "workers": "ada"}
    data |= {"tracker": "tom", "then": "home", "manager_agreed": "mia", **entered(facts)}
    return Event("plan_visit", START_MS - MINUTE_MS, by="tom", data=data)


def _told(kind: str, minute: int, **data: Value) -> Event:
    return Event(kind, START_MS + minute * MINUTE_MS, by="tom", worker="ada", data=data)


def _pressed(kind: str, minute: int) -> Event:
    at_ms = START_MS + minute * MINUTE_MS
    identity = f"0123456789abcdef.{minute + 1}"
    return Event(kind, at_ms, by="ada", worker="ada", pendant="p-ada", identity=identity)


def a_visit() -> tuple[Event, ...]:
    """What happens in one visit, after its planning."""
    reached: dict[str, Value] = {"means": "work-mobile", "reached": True}
    read: dict[str, Value] = {"place": "1 Some Road", "name": "Client One", "spoken": True}
    return (
        _pressed("started_out", 0),
        _told("check_risk", 2, found=""),
        _pressed("arrived", 5),
        _told("confirm_arrival", 6, **read, means="work-mobile", departure_contact="tom"),
        _pressed("ok", 12),
        _told("due", 25, timer="call-back"),
        _told("record_contact", 26, means="work-mobile", reached=False),
        _told("record_contact", 27, **reached),
        _told("carry_on", 27, every_min=20),
        _pressed("ok", 40),
        _told("record_contact", 47, **reached),
        _pressed("carry_on_asked", 50),
        _told("extend", 51, end_ms=START_MS + 80 * MINUTE_MS),
        _pressed("ok", 66),
        _pressed("departed", 78),
        _told("confirm_departure", 79, means="work-mobile", reached=True),
        _pressed("home_safe", 95),
        _told("confirm_home", 96, **reached),
    )


def _directory(terms: Terms) -> Directory:
    """Everything on file, and somebody on duty for every role."""
    client = ClientFacts(
        "Client One",
        "1 Some Road",
        "EX1 1AA",
        lines=("01392 000000",),
        rating="C2",
        coverage="good",
        assessment="signed",
        known=True,
    )
    people = {role.id: frozenset({"mia", "tom"}) for role in terms.roles}
    ready = WorkerFacts("ready", inducted=True, accepted=True, fit=True)
    return Directory(
        roles=people,
        clients={"c-1": client},
        pendants={"ada": "p-ada"},
        workers={"ada": ready},
        on_duty=people,
    )


def _once(terms: Terms, planned: Visit, events: tuple[Event, ...], directory: Directory) -> str:
    visit = planned
    for event in events:
        decision = rules.decide(terms, visit, event, event.at_ms, directory)
        if decision.refused:
            raise RuntimeError(f"{event.kind}: {decision.refused}")
        if decision.visit is not None:
            visit = decision.visit
        rules.deadlines(terms, visit)
    return visit.phase


def plannable(terms: Terms) -> Terms:
    """What a gate of planning asks for is on file somewhere else; every other row stands."""
    kept = tuple(gate for gate in terms.gates if gate.command != "plan_visit")
    return replace(terms, gates=kept)


def heaviest(terms: Terms) -> frozenset[str]:
    """The facts that lead to the level with the most clocks."""

    def clocks(facts: frozenset[str]) -> int:
        level = level_of(terms, facts)[0]
        return len({each.id for phase in PHASES for each in terms.timers_for(level, phase)})

    return max(facts_to_try(terms), key=clocks)


def rate(terms: Terms) -> float:
    """Events a second under that procedure, the median of ROUNDS. Raises RuntimeError if the visit
    does not end as it should."""
    events, directory, asked = a_visit(), _directory(terms), _plan(heaviest(terms))
    planned = rules.plan(terms, asked, "v-1", START_MS - MINUTE_MS, directory).visit
    if planned is None:
        raise RuntimeError(f"{terms.id}: the visit cannot be planned")
    rates = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(VISITS):
            phase = _once(terms, planned, events, directory)
            if phase != "closed":
                raise RuntimeError(f"{terms.id}: the visit ended {phase}")
        rates.append(VISITS * len(events) / (time.process_time() - began))
    return statistics.median(rates)


def run() -> dict[str, float]:
    """The slowest of the shipped procedures."""
    found = [rate(plannable(load(path))) for path in sorted(SHIPPED.glob("*.toml"))]
    return {"rules_events_per_s": round(min(found))}
