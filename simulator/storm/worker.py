"""One process of a storm: plays plans and says one JSON line for each.

`python -m simulator.storm.worker FIRST COUNT STEP [PLANT]` plays the seeds FIRST, FIRST + STEP, …;
with `-` instead of the three numbers it plays what each line of its input says: `{"seed": 4}`, with
`policy` and `weather` if they are not to be drawn, `depth` for a short history, or the text of a
scenario file, `{"story": "…"}`.
Rule: a planted bug is in place before anything that it could be in is imported, so nothing of the
hub or the pendant may be imported at the top of this file.
"""

import json
import signal
import sys
from collections.abc import Iterator
from typing import Any

LIMIT_S = 30  # of processor time for one play; the longest take a few seconds


class Stuck(BaseException):
    """The play goes on for ever. Nothing that it runs may take this for a fault of its own."""


def main(argv: list[str]) -> int:
    from simulator.storm.planting import NotPlanted

    reads = argv[:1] == ["-"]
    plant = argv[1 if reads else 3 :]
    jobs = _asked() if reads else _counted(*(int(each) for each in argv[:3]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what it has written is removed
    signal.signal(signal.SIGPROF, _stuck)
    try:
        _planted(plant)
        for job in jobs:
            print(json.dumps(played(job)), flush=True)
    except NotPlanted as exc:
        print(json.dumps({"fault": str(exc)}), flush=True)
        return 2
    return 0


def _counted(first: int, count: int, step: int) -> Iterator[dict[str, Any]]:
    for seed in range(first, first + count * step, step):
        yield {"seed": seed}


def _asked() -> Iterator[dict[str, Any]]:
    for line in sys.stdin:
        yield json.loads(line)


def _planted(names: list[str]) -> None:
    """From here on everything may be imported. Raises NotPlanted."""
    from simulator.storm.planting import NotPlanted, plant_bug
    from simulator.storm.plants import PLANTS

    for name in names:
        if name not in PLANTS:
            raise NotPlanted(f"there is no plant {name!r}")
        plant_bug(PLANTS[name])
    import simulator.storm.play  # noqa: F401  # all that is played, and so what it is planted in

    for name in names:
        if PLANTS[name].module not in sys.modules:
            raise NotPlanted(f"{name}: nothing that is played imports {PLANTS[name].module}")


def played(job: dict[str, Any]) -> dict[str, Any]:
    """The line of one play. A crash is a finding, told with its seed."""
    from simulator.storm.planting import NotPlanted
    from simulator.storm.telling import crash_line, line_of

    seed = int(job.get("seed", 0))
    signal.setitimer(signal.ITIMER_PROF, LIMIT_S, 5)  # again, if C code swallows the first
    try:
        from simulator.storm.play import play

        plan = _plan_of(job)
        seed = plan.seed
        return line_of(play(plan))
    except NotPlanted:
        raise
    except (Exception, Stuck) as exc:  # noqa: BLE001  # whatever a play ends in is told with its seed
        return crash_line(seed, exc)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _plan_of(job: dict[str, Any]) -> Any:
    from hub.toml_source import parse
    from simulator.storm.asked import plan_of
    from simulator.storm.story import understood

    if "story" in job:
        return understood(parse(job["story"], "story")).plan
    return plan_of(job)


def _stuck(*_: object) -> None:
    raise Stuck(f"it did not end within {LIMIT_S} s of processor time")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
