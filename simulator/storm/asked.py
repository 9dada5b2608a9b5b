"""What a worker is asked to play: a seed's storm, or the numbered one of the short histories.

Rule: the command that tells of a play, the worker that plays it and whoever makes it small
understand the same words alike.
"""

from collections.abc import Mapping
from typing import Any

from simulator.storm.drawing import draw
from simulator.storm.exhaustive import history
from simulator.storm.plan import Plan


def plan_of(job: Mapping[str, Any]) -> Plan:
    """`seed`, with `depth` the number of a history of that depth; else drawn, with `policy`,
    `weather` and `workers` where they are not to be. Raises IndexError for no such history."""
    if job.get("depth"):
        return history(int(job["depth"]), int(job["seed"]))
    return draw(job["seed"], job.get("policy", ""), job.get("weather", ""), job.get("workers", 0))
