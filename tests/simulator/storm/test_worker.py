"""The processes of a storm: what they say of each play, and what is left when they are gone."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.storm import play as playing
from simulator.storm import worker
from simulator.storm.crew import CannotPlay, Crew, Job
from simulator.storm.plan import MINUTE_MS, Act, Plan
from simulator.storm.play import MEMORY
from simulator.storm.rates import Rates
from simulator.storm.story import Story, written

ROOT = Path(__file__).parents[3]
NOON_MS = 1_798_023_600_000
ROUGH = Rates(delay_ms=90, slow=0.05, lost=0.05, doubled=0.1, reordered=0.1, flash_busy=0.1,
              slow_disk=0.05, page_fails=0.2, forgets=0.1, wrong_press=0.1)  # fmt: skip


def rough(seed: int = 1, length_ms: int = 30 * MINUTE_MS) -> Plan:
    """Half an hour in which everything happens once."""
    acts = (
        Act(60_000, "visit", "bea", 15 * MINUTE_MS, "visit"),
        Act(240_000, "partition", "bea", 30_000),
        Act(300_000, "danger", "bea", 5 * MINUTE_MS, "sos-hold"),
        Act(330_000, "hub_kill", "", 9_000, 40),
        Act(420_000, "power_cut", "bea", 8_000, 3),
        Act(500_000, "broker_amnesia"),
        Act(600_000, "forged", "bea"),
        Act(700_000, "power_loss", "", 12_000, 25),
    )
    return Plan(seed, "plain", 2, NOON_MS, length_ms, ROUGH, acts, 10 * MINUTE_MS)


def job(seed: int = 1, length_ms: int = 30 * MINUTE_MS) -> Job:
    return {"seed": seed, "story": written(Story("rough", rough(seed, length_ms)))}


def said_by(hash_seed: str, *jobs: Job) -> list[dict[str, object]]:
    """The lines of a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "simulator.storm.worker", "-"], cwd=ROOT, check=True, text=True,
        input="".join(json.dumps(each) + "\n" for each in jobs), stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_same_plan_is_the_same_run_in_every_process() -> None:
    here = worker.played(dict(job()))
    assert here["faults"].keys() >= {"hub_kill", "power_loss", "power_cut", "broker_amnesia"}
    assert here["presses"] > 0
    del here["core_ms"]
    # Twice in one process, too: nothing of the first run is left in the second.
    for hash_seed in ("1", "4711"):
        for line in said_by(hash_seed, job(), job()):
            assert line.pop("core_ms")
            assert line == here
    assert said_by("1", job(2))[0]["digest"] != here["digest"]


def test_a_crash_is_told_with_its_seed_and_the_next_is_played() -> None:
    crash, line = said_by("0", {"seed": 7, "story": "[storm]\n"}, job())
    assert crash["seed"] == 7
    assert isinstance(crash["violations"], list)
    (violation,) = crash["violations"]
    assert violation["checker"] == "crash"
    assert "title: is missing" in violation["said"]
    assert "Faults" in violation["trace"]
    assert line["seed"] == 1


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = signal.signal(signal.SIGPROF, worker._stuck)
    monkeypatch.setattr(worker, "LIMIT_S", 0.1)
    yield
    signal.signal(signal.SIGPROF, before)


@pytest.mark.usefixtures("impatient")
def test_a_play_without_an_end_is_told_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def goes_round_and_round(plan: Plan) -> None:
        while True:
            try:
                sum(range(100))
            except Exception:  # noqa: BLE001  # as a hub that lets nothing stop it
                continue

    monkeypatch.setattr(playing, "play", goes_round_and_round)
    line = worker.played(dict(job(3)))
    (violation,) = line["violations"]
    assert (line["seed"], violation["checker"]) == (3, "stuck")
    assert "goes_round_and_round" in violation["trace"]


def test_a_worker_that_dies_is_a_line_and_another_goes_on() -> None:
    jobs = [job(seed) for seed in (1, 2, 3)]
    with Crew(1) as crew:
        answers = crew.answers(jobs)
        first = next(answers)[1]
        (process,) = [each._process for each in crew._idle]
        process.kill()
        process.wait()
        gone, last = (line for _, line in answers)
    assert (first["seed"], first["violations"]) == (1, [])
    assert (gone["seed"], gone["violations"][0]["said"]) == (2, "its process ended with -9")
    assert (last["seed"], last["violations"]) == (3, [])


def of(process: int) -> list[Path]:
    """The files of the play that a process is in."""
    return list(MEMORY.glob(f"allswell-storm-{process}-*"))


def test_nothing_is_left_of_a_crew_that_is_stopped_in_the_middle() -> None:
    with Crew(2) as crew:
        answers = crew.answers([job(1), job(2), job(3, 40 * 60 * MINUTE_MS)])
        next(answers)
        next(answers)
        workers = [each._process for each in (*crew._idle, *crew._busy)]
        (busy,) = crew._busy
        end_s = time.monotonic() + 30
        while not of(busy._process.pid) and time.monotonic() < end_s:
            time.sleep(0.01)  # until it is in the middle of its play
        assert of(busy._process.pid)
    assert [each.poll() is not None for each in workers] == [True, True]
    assert [of(each.pid) for each in workers] == [[], []]


def test_answers_in_order_whoever_is_first() -> None:
    with Crew(2) as crew:
        lines = crew.in_order([job(1, 60 * MINUTE_MS), job(2), job(1, 60 * MINUTE_MS)])
    assert [line["seed"] for line in lines] == [1, 2, 1]
    assert lines[0]["digest"] == lines[2]["digest"]


def test_a_plant_that_there_is_not_is_no_play() -> None:
    with Crew(1, "weeds") as crew, pytest.raises(CannotPlay, match="no plant 'weeds'"):
        list(crew.answers([job()]))
