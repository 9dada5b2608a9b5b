"""How much faster than life the storm is: a whole day of ten workers, played and judged.

From midnight to midnight, with four or five visits a worker under the first procedure; hub and
broker are restarted once, each pendant is in a blackspot, one battery runs low, somebody is in
danger, a few pages are refused. Everything counts: the founding, the run, all checkers.
"""

import gc
import statistics

from simulator.storm.drawing import workers_of
from simulator.storm.plan import HOUR_MS, MINUTE_MS, Act, Plan
from simulator.storm.play import Result, play
from simulator.storm.rates import Rates

POLICY = "homemaker-exeter"
WORKERS = 10
MONDAY_MS = 1_799_625_600_000  # 2027-01-11, midnight UTC and in Exeter
DAY_MS = 24 * HOUR_MS
FIRST_MS = 8 * HOUR_MS + 30 * MINUTE_MS
STAY_MS = 45 * MINUTE_MS
EVERY_MS = 110 * MINUTE_MS  # stay and way
ROUNDS = 3
RATES = Rates(slow=0.002, doubled=0.002, page_fails=0.02, page_late=0.02, forgets=0.01)


def day() -> Plan:
    """The same each time."""
    acts = []
    for number, who in enumerate(workers_of(POLICY, WORKERS)):
        for visit in range(4 + number % 2):
            at_ms = FIRST_MS + number * 7 * MINUTE_MS + visit * EVERY_MS
            acts.append(Act(at_ms, "visit", who, STAY_MS, "visit"))
        acts.append(Act(10 * HOUR_MS + number * 31 * MINUTE_MS, "partition", who, MINUTE_MS))
    first = workers_of(POLICY, WORKERS)[0]
    acts += [
        Act(6 * HOUR_MS, "hub_kill", "", 5_000, 1),
        Act(11 * HOUR_MS, "broker_restart"),
        Act(13 * HOUR_MS, "battery", first, 0, 12),
        Act(15 * HOUR_MS, "danger", first, 10 * MINUTE_MS, "sos-hold"),
        Act(16 * HOUR_MS, "half_open", first, MINUTE_MS),
    ]
    acts.sort(key=lambda act: act.at_ms)
    return Plan(1, POLICY, WORKERS, MONDAY_MS, DAY_MS - HOUR_MS, RATES, tuple(acts), HOUR_MS)


def one() -> Result:
    """A day of its own, nothing of the last one in memory."""
    gc.collect()
    return play(day())


def run() -> dict[str, float]:
    one()  # modules and procedures are read once
    results = [one() for _ in range(ROUNDS)]
    core_s = statistics.median(result.core_s for result in results)
    return {
        "storm_speedup": round(results[0].virtual_ms / 1000 / core_s),
        "storm_visits": results[0].visits,
        "storm_violations": len(results[0].violations),
    }
