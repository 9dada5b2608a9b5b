"""What a storm is: everything that will be done and befall, in one frozen value that a seed draws.

Rule: a plan and the code are all that a run depends on. A failing seed is made small by taking
acts out of its plan; what is left is written down as a scenario file and played again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.storm.rates import Rates

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS

# What an act may be -> what `who`, `length_ms` and `detail` mean.
ACTS = {
    "visit": "who: a worker goes to a client; length_ms: as planned; detail: which kind of entry",
    "press": "who: a worker; detail: the gesture, whatever she is doing",
    "partition": "who: a worker's pendant is in a blackspot for length_ms",
    "half_open": "who: both ends of her pendant's connection believe in it, for length_ms",
    "hub_partition": "the hub cannot reach the broker for length_ms; detail here and below: of two "
    "brokers the second is 1, both are 9",
    "broker_restart": "the broker is killed and starts again with what it had saved, after "
    "length_ms or a few seconds",
    "broker_amnesia": "the broker starts again without any memory",
    "takeover": "who: somebody comes with her pendant's client id (or, of nobody, the hub's)",
    "denial": "who: the broker's rules deny her pendant for length_ms: acknowledged, and gone",
    "forged": "who: a message in her pendant's name that it never sent; detail: which forgery",
    "power_cut": "who: her pendant loses power at the detail-th operation of its flash from now, "
    "for length_ms",
    "flash_full": "who: another's file takes all room on her pendant's flash, for length_ms",
    "battery": "who: her pendant's battery is at detail per cent",
    "battery_dies": "who: her pendant's battery says so and ends; charged length_ms later",
    "expire": "who: her pendant's last day comes; it is renewed length_ms later",
    "revoke": "who: her pendant is revoked; it is trusted again length_ms later",
    "hub_kill": "the hub's process is killed at its detail-th instant from now, for length_ms",
    "power_loss": "as hub_kill, but it is the machine: what was not synced is torn",
    "disk_full": "the hub's disk takes nothing for length_ms",
    "clock_jump": "the hub's machine sets its clock by detail milliseconds",
    "off_duty": "who: somebody leaves her post for length_ms, without a word",
    "danger": "who: a worker is in danger for length_ms, unless somebody comes; detail: how she "
    "tells it: a gesture, `phrase`: she rings and says it, `family`: they ring, and she is well",
    "pages_fail": "every provider refuses for length_ms",
}


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that is done or befalls, `at_ms` after the beginning."""

    at_ms: int
    kind: str  # one of ACTS
    who: str = ""
    length_ms: int = 0
    detail: str | int = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `length_ms`: of the storm itself; then all is calm for `calm_ms`, in which every
    promise comes due."""

    seed: int
    policy: str
    workers: int
    start_ms: int  # UTC
    length_ms: int
    rates: Rates
    acts: tuple[Act, ...] = ()
    calm_ms: int = 45 * MINUTE_MS
    beat_s: int = 10
    offduty_beat_s: int = 60
    sleep: bool = False  # pendants sleep deeply off duty
    brokers: int = 1  # or 2: both known to every pendant, the hub on each
    notes: Mapping[str, str] = field(default_factory=dict)
