"""How many events a second the rules decide on one core, deadlines included; nothing is stored.

The mix is a whole enhanced visit told many times over: planned, started out, arrived, confirmed,
presses, the call-back due, contacts, carried on, extended, departed, home.
"""

import statistics
import time

from hub.policy.load import load, shipped
from hub.policy.model import Terms
from hub.rules import visit as rules
from hub.rules.directory import ClientFacts, Directory
from hub.rules.model import Event, Value, Visit

START_MS = 1_780_000_000_000
MINUTE_MS = 60_000
VISITS = 2_000
ROUNDS = 5


def _plan() -> Event:
    data: dict[str, Value] = {"client": "c-1", "area": "Heavitree", "purpose": "visit"}
    data |= {"start_ms": START_MS, "end_ms": START_MS + 60 * MINUTE_MS, "workers": "ada"}
    data |= {"tracker": "tom", "then": "home", "first_meeting": True, "manager_agreed": "mia"}
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


def _directory() -> Directory:
    client = ClientFacts(
        "Client One",
        "1 Some Road",
        "EX1 1AA",
        lines=("01392 000000",),
        rating="C2",
        coverage="good",
    )
    return Directory(
        roles={"duty-manager": frozenset({"mia"}), "office": frozenset({"tom"})},
        clients={"c-1": client},
        pendants={"ada": "p-ada"},
    )


def _once(terms: Terms, planned: Visit, events: tuple[Event, ...]) -> str:
    visit = planned
    for event in events:
        decision = rules.decide(terms, visit, event, event.at_ms)
        if decision.refused:
            raise RuntimeError(f"{event.kind}: {decision.refused}")
        if decision.visit is not None:
            visit = decision.visit
        rules.deadlines(terms, visit)
    return visit.phase


def run() -> dict[str, float]:
    """The median of ROUNDS. Raises RuntimeError if the visit does not end as it should."""
    terms, events = load(shipped("homemaker-exeter")), a_visit()
    planned = rules.plan(terms, _plan(), "v-1", START_MS - MINUTE_MS, _directory())
    if planned.visit is None:
        raise RuntimeError(planned.refused)
    rates = []
    phase = ""
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(VISITS):
            phase = _once(terms, planned.visit, events)
        rates.append(VISITS * len(events) / (time.perf_counter() - began))
        if phase != "closed":
            raise RuntimeError(f"the visit ended {phase}")
    return {"rules_events_per_s": round(statistics.median(rates))}
