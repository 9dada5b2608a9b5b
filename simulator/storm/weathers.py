"""The named weathers: how hostile a storm is, in which part of the world.

Rule: each is one line of meaning and the rates that differ from a calm day; docs/storm.md prints
the table. A plan scales them, so that one seed's storm is worse than another's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from simulator.storm.rates import CALM, Rates

# What is a length or a bound and grows no worse by being more.
UNSCALED = frozenset({"delay_ms", "pendant_drift_ppm"})


@dataclass(frozen=True, slots=True)
class Named:
    """`meaning`: in one line, for the docs."""

    meaning: str
    rates: Rates
    brokers: int = 1


_NETWORK = Rates(
    delay_ms=120, slow=0.03, lost=0.02, doubled=0.03, reordered=0.05, partition_h=0.8,
    half_open_h=0.5, hub_partition_h=0.4,
)  # fmt: skip
_BROKER = Rates(
    lost=0.03, doubled=0.05, reordered=0.08, broker_restart_h=1.0, broker_amnesia_h=0.5,
    takeover_h=0.6, denial_h=0.2, forged_h=2.0,
)  # fmt: skip
_BROKERS = Rates(
    hub_partition_h=3.0, broker_restart_h=1.5, broker_amnesia_h=1.0, outage_ms=600_000,
    half_open_h=0.5, partition_h=0.1, denial_h=0.4, takeover_h=0.4, hub_kill_h=0.3, sos_h=0.6,
    duress_h=0.3, pocket_press_h=0.4,
)  # fmt: skip
_HUB = Rates(
    hub_kill_h=3.0, power_loss=0.3, slow_disk=0.02, disk_full_h=0.3, clock_jump_h=0.1,
)  # fmt: skip
_POWER = Rates(
    power_cut_h=1.0, flash_busy=0.05, flash_fails=0.01, flash_full_h=0.6, tick_wrap=0.3,
    battery_h=0.2, battery_dies_h=0.15,
    hub_kill_h=0.8, power_loss=1.0,
)  # fmt: skip
_PEOPLE = Rates(
    forgets=0.12, answers_twice=0.08, wrong_press=0.06, wrong_page=0.06, goes_off_duty=0.05,
    off_duty_h=0.4, pocket_press_h=0.4, sos_h=0.15, duress_h=0.1, expire_h=0.2, revoke_h=0.12,
)  # fmt: skip
_PROVIDERS = Rates(
    page_fails=0.15, page_hangs=0.05, page_lies=0.05, page_late=0.1, pages_fail_h=0.3,
)  # fmt: skip
_DANGER = Rates(sos_h=0.3, duress_h=0.2, pocket_press_h=0.3)


def _together(*each: Rates) -> Rates:
    """The worst of all of them."""
    found = {}
    for field in fields(Rates):
        usual = getattr(CALM, field.name)
        others = [value for one in each if (value := getattr(one, field.name)) != usual]
        found[field.name] = max(others, default=usual)
    return Rates(**found)


_EVERYTHING = _together(_NETWORK, _BROKER, _HUB, _POWER, _PEOPLE, _PROVIDERS)

WEATHERS: Mapping[str, Named] = {
    "calm": Named("nothing goes wrong, and nobody forgets anything", CALM),
    "danger": Named("everything works, and workers get into danger or press by mistake", _DANGER),
    "network": Named("blackspots, half-open connections, slow and lost messages",
                     _together(_NETWORK, _DANGER)),
    "broker": Named("a broker that loses, doubles, restarts, forgets, is taken over and lied to",
                    _together(_BROKER, _DANGER)),
    "brokers": Named("two brokers, of which now the one, now the other is away, or without a hub",
                     _BROKERS, brokers=2),
    "hub": Named("the hub dies at any instant, on a slow and at times full disk, its clock jumps",
                 _together(_HUB, _DANGER)),
    "power": Named("power goes at any operation of a pendant's flash, and of the hub's machine",
                   _together(_POWER, _DANGER)),
    "people": Named("people forget, answer twice, answer the wrong alarm, leave their posts",
                    _PEOPLE),
    "providers": Named("providers of pages refuse, hang, lie and are late",
                       _together(_PROVIDERS, _DANGER)),
    "everything": Named("all of it at once", _EVERYTHING),
    "slips": Named("only when asked for: hands slip, and a bad broker lets presses overtake",
                   replace(_BROKER, wrong_press=0.45, reordered=0.45)),
}  # fmt: skip


def scaled(rates: Rates, by: float) -> Rates:
    """Every chance and frequency `by` times as high; a probability stays below one half."""
    found: dict[str, float] = {}
    for field in fields(Rates):
        value = getattr(rates, field.name)
        if isinstance(value, float) and field.name not in UNSCALED:
            most = float("inf") if field.name.endswith("_h") else max(0.5, value)
            found[field.name] = min(value * by, most)
    return replace(rates, **found)  # type: ignore[arg-type]  # only floats are replaced
