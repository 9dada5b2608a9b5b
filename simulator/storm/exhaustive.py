"""Every short history: one pendant, one worker, up to a stated depth, each fault once at each step.

Rule: what is said to be tried is tried, all of it, in an order that is the same everywhere; a
history is a plan like any other, so that one that fails is shrunk and kept as any other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from simulator.storm.plan import MINUTE_MS, Act, Plan
from simulator.storm.rates import Rates

POLICY = "homemaker-exeter"
WORKER = "bea"
START_MS = 1_790_064_000_000  # a Tuesday morning in September 2026
VISIT_MS = 2 * MINUTE_MS
BEGIN_MS = {"off": MINUTE_MS, "visit": 9 * MINUTE_MS}  # when she is where the context says
STEP_MS = 20_000  # from one gesture to the next: an answer has come, nobody has acted yet
LENGTH_MS = 15 * MINUTE_MS
CALM_MS = 20 * MINUTE_MS

GESTURES = ("sos-hold", "sos-stabs", "sos-let-go", "chord", "a-short", "d-short", "d-hold")
DOWN_MS = 15_000
HUB_INSTANTS = 40  # an SOS and its page meet fewer
FLASH_OPERATIONS = 12  # a record is written in about eight
# What befalls in a moment and has no length to speak of, and what lasts.
LONG = ("partition", "half_open", "hub_partition", "denial", "disk_full", "pages_fail")
SHORT = ("broker_restart", "broker_amnesia", "takeover", "forged")


@dataclass(frozen=True, slots=True)
class Fault:
    """One of them, and how long before or after the step it strikes."""

    kind: str
    detail: int = 0
    before_ms: int = 0


def faults() -> tuple[Fault, ...]:
    """Each that there is: the hub killed, and its machine's power lost, at each of its instants
    after the step; the pendant's power lost at each operation of its flash; and the rest of the
    world's, just before the step and while it is under way."""
    kills = [Fault(kind, n) for kind in ("hub_kill", "power_loss") for n in range(1, HUB_INSTANTS)]
    cuts = [Fault("power_cut", n) for n in range(1, FLASH_OPERATIONS)]
    rest = [Fault(kind, 0, ms) for kind in (*LONG, *SHORT) for ms in (500, -2_060)]
    return (*kills, *cuts, *rest)


def histories(depth: int) -> Iterator[Plan]:
    """All of them: every context, every sequence of `depth` gestures, first without a fault, then
    with each fault at each step."""
    number = 0
    for context, gestures in product(BEGIN_MS, product(GESTURES, repeat=depth)):
        steps = [
            Act(BEGIN_MS[context] + at * STEP_MS, "press", WORKER, 0, gesture)
            for at, gesture in enumerate(gestures)
        ]
        begun = [Act(VISIT_MS, "visit", WORKER, 30 * MINUTE_MS)] if context == "visit" else []
        for fault in (None, *faults()):
            for step in steps if fault is not None else steps[:1]:
                number += 1
                acts = [*begun, *steps]
                if fault is not None:
                    acts.append(_act(fault, step.at_ms))
                yield _plan(number, acts, f"{context}: {', '.join(gestures)}; {fault}")


def count(depth: int) -> int:
    """How many histories there are."""
    sequences: int = len(GESTURES) ** depth
    return len(BEGIN_MS) * sequences * (1 + depth * len(faults()))


def _act(fault: Fault, at_ms: int) -> Act:
    at_ms = max(0, at_ms - fault.before_ms)
    who = "" if fault.kind.startswith(("hub", "power_loss", "broker", "disk", "pages")) else WORKER
    return Act(at_ms, fault.kind, who, DOWN_MS, fault.detail)


def _plan(seed: int, acts: list[Act], said: str) -> Plan:
    ordered = tuple(sorted(acts, key=lambda act: act.at_ms))
    notes = {"weather": "exhaustive", "history": said}
    return Plan(seed, POLICY, 1, START_MS, LENGTH_MS, Rates(), ordered, CALM_MS, notes=notes)
