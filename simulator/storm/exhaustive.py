"""Every short history: one pendant, one worker, up to a stated depth, each fault once at each step.

Rule: what is said to be tried is tried, all of it, in an order that is the same everywhere: a
number names a history as a seed names a storm. It is a plan like any other, made small and kept as
any other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice, product

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


@cache
def faults() -> tuple[Fault, ...]:
    """Each that there is: the hub killed, and its machine's power lost, at each of its instants
    after the step; the pendant's power lost at each operation of its flash; and the rest of the
    world's, just before the step and while it is under way."""
    kills = [Fault(kind, n) for kind in ("hub_kill", "power_loss") for n in range(1, HUB_INSTANTS)]
    cuts = [Fault("power_cut", n) for n in range(1, FLASH_OPERATIONS)]
    rest = [Fault(kind, 0, ms) for kind in (*LONG, *SHORT) for ms in (500, -2_060)]
    return (*kills, *cuts, *rest)


def count(depth: int) -> int:
    """How many histories of that depth there are."""
    sequences: int = len(GESTURES) ** depth
    return len(BEGIN_MS) * sequences * _block(depth)


def _block(depth: int) -> int:
    """Of one sequence in one context: without a fault, then each fault at each step."""
    return 1 + depth * len(faults())


def history(depth: int, number: int) -> Plan:
    """That one of them, from 0. Raises IndexError."""
    if not 0 <= number < count(depth):
        raise IndexError(f"there are {count(depth)} histories of depth {depth}, from 0")
    sequence, rest = divmod(number, _block(depth))
    context, gestures = next(islice(_sequences(depth), sequence, None))
    steps = [
        Act(BEGIN_MS[context] + at * STEP_MS, "press", WORKER, 0, gesture)
        for at, gesture in enumerate(gestures)
    ]
    acts = [Act(VISIT_MS, "visit", WORKER, 30 * MINUTE_MS)] if context == "visit" else []
    acts += steps
    said = f"{context}: {', '.join(gestures)}"
    if rest:
        which, step = divmod(rest - 1, depth)
        fault = faults()[which]
        acts.append(_act(fault, steps[step].at_ms))
        said += f"; {fault.kind} {fault.detail or ''} at {gestures[step]}"
    return _plan(number, acts, said)


def _sequences(depth: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    return product(BEGIN_MS, product(GESTURES, repeat=depth))


def histories(depth: int) -> Iterator[Plan]:
    """All of them, in order."""
    return (history(depth, number) for number in range(count(depth)))


def _act(fault: Fault, at_ms: int) -> Act:
    at_ms = max(0, at_ms - fault.before_ms)
    who = "" if fault.kind.startswith(("hub", "power_loss", "broker", "disk", "pages")) else WORKER
    return Act(at_ms, fault.kind, who, DOWN_MS, fault.detail)


def _plan(seed: int, acts: list[Act], said: str) -> Plan:
    ordered = tuple(sorted(acts, key=lambda act: act.at_ms))
    notes = {"weather": "exhaustive", "history": said}
    return Plan(seed, POLICY, 1, START_MS, LENGTH_MS, Rates(), ordered, CALM_MS, notes=notes)
