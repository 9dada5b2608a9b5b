"""Seeds by the thousand: which have been played, what they came to, and where to go on.

Rule: a campaign that is stopped loses no finished seed and plays none twice; its state is one file
that is whole at every moment, and says all that is needed to go on.
"""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from simulator.storm.crew import Crew, Job, Line
from simulator.storm.telling import Totals

SAVE_S = 10.0
FORMAT = 1


class NoState(Exception):
    """A file that no campaign can go on from; the message says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: `count` seeds from `first` on; "": drawn by each seed. `depth`: not
    storms but the short histories of that depth, by their numbers."""

    first: int
    count: int
    policy: str = ""
    weather: str = ""
    depth: int = 0

    def job(self, seed: int) -> Job:
        """For simulator/storm/worker.py."""
        job: Job = {"seed": seed, "policy": self.policy, "weather": self.weather}
        return {**job, "depth": self.depth} if self.depth else job

    def again(self, seed: int) -> str:
        """The command that plays that seed alone."""
        more = f" --exhaustive {self.depth}" if self.depth else ""
        more += f" --policy {self.policy}" if self.policy else ""
        more += f" --weather {self.weather}" if self.weather else ""
        return f"allswell-sim storm --seed {seed}{more}"


@contextmanager
def _unbroken() -> Iterator[None]:
    """Ctrl-C comes after it, not in the middle."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@dataclass
class Campaign:
    """`next`: the first seed that no worker has been given yet; `open`: those before it that are
    not finished."""

    wish: Wish
    next: int
    open: list[int] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)
    path: Path | None = None

    @classmethod
    def begun(cls, wish: Wish, path: Path | None = None) -> "Campaign":
        return cls(wish, wish.first, path=path)

    @property
    def left(self) -> int:
        """Seeds that are not finished."""
        return self.wish.first + self.wish.count - self.next + len(self.open)

    def play(
        self, crew: Crew, heard: Callable[[Line], None], is_over: Callable[[], bool] = bool
    ) -> None:
        """To the end, or until `is_over`. Each line is counted, then `heard`. Whatever ends it, the
        state is saved."""
        saved_s = time.monotonic()
        try:
            for _, line in crew.answers(self._jobs(is_over)):
                with _unbroken():
                    self.open.remove(line["seed"])
                    self.totals.take(line)
                heard(line)
                if time.monotonic() - saved_s > SAVE_S:
                    self.save()
                    saved_s = time.monotonic()
        finally:
            self.save()

    def _jobs(self, is_over: Callable[[], bool]) -> Iterator[Job]:
        for seed in list(self.open):  # where an earlier run was stopped
            if is_over():
                return
            yield self.wish.job(seed)
        while self.next < self.wish.first + self.wish.count and not is_over():
            self.open.append(self.next)
            self.next += 1
            yield self.wish.job(self.open[-1])

    # The file.

    def save(self) -> None:
        """In one piece: who is stopped in the middle finds the file as it was before."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        half = self.path.with_name(self.path.name + ".half")
        half.write_text(json.dumps(self._as_json(), indent=1) + "\n", encoding="utf-8")
        half.replace(self.path)

    def _as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "wish": asdict(self.wish),
            "next": self.next,
            "open": sorted(self.open),
            "totals": self.totals.as_json(),
        }

    @classmethod
    def resumed(cls, path: Path, count: int = 0) -> "Campaign":
        """Where that file says; `count`: as many seeds in all instead. Raises NoState."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            if found["format"] != FORMAT:
                raise NoState(f"{path}: of format {found['format']}; this reads {FORMAT}")
            wish = Wish(**found["wish"])
            wish = replace(wish, count=max(count, wish.count))
            totals = Totals.from_json(found["totals"])
            return cls(wish, int(found["next"]), list(found["open"]), totals, path)
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise NoState(f"{path} is not the state of a storm: {exc}") from exc
