"""False SOS of pockets and missed SOS of frightened hands, by the firmware's own gestures.

The same seeds as the tables of docs/pendant.md, and a share of their hours.
"""

import json

from simulator.hands.measure import fears, pockets

HOURS, ATTEMPTS = 250, 1000
PER_H = 1000


def run() -> dict[str, float]:
    found, calls = pockets(HOURS), fears(ATTEMPTS)
    figures = {f"false_sos_{one.place}_per_1000_h": PER_H * one.sos / one.hours for one in found}
    attempts = sum(one.attempts for one in calls)
    figures["missed_sos_pct"] = round(100 * sum(one.missed for one in calls) / attempts, 2)
    figures["unheard_sos_pct"] = round(100 * sum(one.unheard for one in calls) / attempts, 2)
    return figures


if __name__ == "__main__":
    print(json.dumps(run()))
