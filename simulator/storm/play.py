"""A plan played and judged: the one way to run a storm, for command, tests and bench."""

import gc
import logging
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from simulator.storm.books import pendant_of
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.checkers.table import judge
from simulator.storm.people import inhabit
from simulator.storm.plan import Plan
from simulator.storm.seen import Befell
from simulator.storm.world import World

MEMORY = Path("/dev/shm")  # files that live as long as a run need no disk


@dataclass(frozen=True, slots=True)
class Result:
    """What a run was and what was wrong with it. `digest`: of everything that was seen and logged:
    the same plan gives the same, on every machine. `core_s`: of this core, judgement included."""

    seed: int
    policy: str
    weather: str
    visits: int
    alarms: int
    presses: int
    happened: int
    virtual_ms: int
    faults: Mapping[str, int]
    violations: tuple[Violation, ...]
    digest: str
    core_s: float


@contextmanager
def quiet() -> Iterator[None]:
    """A storm makes the hub say a great deal that nobody reads."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the files of one run."""
    base = MEMORY if MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix=f"allswell-storm-{os.getpid()}-", dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def uncollected() -> Iterator[None]:
    """All that was seen stays to the end: to look through it for what is not needed any more, again
    and again, takes a tenth of a run and finds nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def play(plan: Plan) -> Result:
    """Run it and judge it. Raises only for a fault of the storm's own."""
    began_s = time.process_time()
    with scratch() as folder, quiet(), uncollected():
        world = World(plan, folder)
        inhabit(world)
        world.run()
        evidence = evidence_of(world)
        violations = tuple(judge(evidence))
        return Result(
            seed=plan.seed,
            policy=plan.policy,
            weather=plan.notes.get("weather", ""),
            visits=len(evidence.visits),
            alarms=len(evidence.alarms),
            presses=sum(len(alarm.presses) for alarm in evidence.alarms.values()),
            happened=world.timeline.happened,
            virtual_ms=world.timeline.now_ms - plan.start_ms,
            faults=dict(sorted(Counter(each.kind for each in evidence.of(Befell)).items())),
            violations=violations,
            digest=_digest(evidence),
            core_s=time.process_time() - began_s,
        )


def evidence_of(world: World) -> Evidence:
    """What a world has left behind after its run."""
    plan, org = world.plan, world.org
    return Evidence(
        world.seen,
        world.folder,
        org.policy,
        org.secrets,
        plan.start_ms + plan.length_ms,
        world.end_ms,
        {pendant_of(worker): worker for worker in org.workers},
    )


def _digest(evidence: Evidence) -> str:
    made = sha256()
    for sight in evidence.seen.all:
        made.update(repr(sight).encode())
    if evidence.rows:
        made.update(evidence.rows[-1][0].digest)
    return made.hexdigest()
