"""Processes that play storms side by side: jobs out, one line of JSON back for each.

Rule: a process that dies is a line too, told with its seed, and another takes its place; none of
them outlives the one who started them, however that one ends.
"""

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from simulator.storm.telling import crashed

Job = Mapping[str, Any]
Line = dict[str, Any]
HASH_SEED = "0"  # nothing depends on it (tests hold that); fixed, so that a slip would repeat too
END_S = 10  # a worker asked to end removes what it has written


class CannotPlay(Exception):
    """A worker cannot do its work at all; the message says why (a plant that does not fit)."""


class _Worker:
    """One process, with at most one job at a time."""

    def __init__(self, plant: str) -> None:
        argv = [sys.executable, "-m", "simulator.storm.worker", "-", *([plant] if plant else [])]
        # In a session of its own: Ctrl-C is the parent's, which ends it in good order; a parent
        # that was killed leaves an input at its end, and the worker stops.
        self._process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
            env={**os.environ, "PYTHONHASHSEED": HASH_SEED},
        )  # fmt: skip
        assert self._process.stdout is not None
        self.out = self._process.stdout
        self.job: Job = {}
        self._has_played = False

    def give(self, job: Job) -> None:
        self.job = job
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it is gone: `line` says so
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()

    def line(self) -> Line | None:
        """What it says; None when it is gone. Raises CannotPlay."""
        text = self.out.readline()
        if not text:
            return None
        line: Line = json.loads(text)
        if "fault" in line:
            raise CannotPlay(line["fault"])
        self._has_played = True
        return line

    def lost(self) -> Line:
        """The line that it did not live to say. Raises CannotPlay if it never began."""
        status = self._process.wait()
        if status > 0 and not self._has_played:
            raise CannotPlay(f"a worker ended with {status} before its first play")
        seed = int(self.job.get("seed", 0))
        return crashed(seed, f"its process ended with {status}")

    def end(self) -> None:
        """Asked first."""
        if self._process.poll() is None:
            self._process.terminate()

    def gone(self) -> None:
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # what was meant for one who is dead
                    stream.close()


class Crew:
    """`count` workers; with `plant`, all of them with that bug."""

    def __init__(self, count: int, plant: str = "") -> None:
        self.count = count
        self._plant = plant
        self._idle: list[_Worker] = []
        self._busy: list[_Worker] = []
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> "Crew":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        workers = (*self._idle, *self._busy)
        for worker in workers:
            worker.end()
        for worker in workers:
            worker.gone()
        self._selector.close()

    def answers(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Line]]:
        """Each job with its line, as they come. Raises CannotPlay."""
        waiting = iter(jobs)
        while self._fill(waiting):
            for key, _ in self._selector.select():
                worker: _Worker = key.data
                line = worker.line()
                self._busy.remove(worker)
                self._selector.unregister(worker.out)
                if line is None:
                    line = worker.lost()
                    worker.gone()
                else:
                    self._idle.append(worker)
                yield worker.job, line

    def in_order(self, jobs: Sequence[Job]) -> list[Line]:
        """The lines of all of them, each at its job's place."""
        numbered = [{**job, "place": place} for place, job in enumerate(jobs)]
        found = {job["place"]: line for job, line in self.answers(numbered)}
        return [found[place] for place in range(len(jobs))]

    def _fill(self, waiting: Iterator[Job]) -> bool:
        """Whoever is idle gets a job; False when nobody has any."""
        while len(self._busy) < self.count:
            job = next(waiting, None)
            if job is None:
                break
            worker = self._idle.pop() if self._idle else _Worker(self._plant)
            worker.give(job)
            self._busy.append(worker)
            self._selector.register(worker.out, selectors.EVENT_READ, worker)
        return bool(self._busy)
