"""`allswell-sim chaos`: faults for a stated time, then everything heals, settles and is checked.

Rule: the faults are done by the main thread, which also watches that nothing ends by itself; the
people live on threads of their own. A violation keeps the folder.
"""

import contextlib
import sqlite3
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from simulator.chaos import closing, logbook
from simulator.chaos.answerers import Answerer
from simulator.chaos.bounds import Bounds, Violation
from simulator.chaos.crowd import crowd
from simulator.chaos.desk import Desk
from simulator.chaos.kept import next_action, watched
from simulator.chaos.lives import HubLives
from simulator.chaos.mischief import Mischief
from simulator.chaos.plot import Plot, plot_of
from simulator.chaos.stage import ChaosStage
from simulator.chaos.totals import Totals, Wish
from simulator.chaos.workers import Group
from simulator.live.child import ChildFailed
from simulator.live.operator import OperatorFailed
from simulator.live.stage import undisturbed
from simulator.storm.chance import Chance
from simulator.storm.seen import Seen

TICK_S = 0.05
PROGRESS_S = 5.0
GLANCE_S = 3.0  # between two looks at what is open
STOP_S = 20.0
PAGED_LINK_MS = 45_000  # links found broken and made again, a provider tried again
PAGED_RULE_MS = 180_000  # of the hub's time: the longest rung of an SOS ladder, and half of one
LAG_MS = 3_000  # what a busy machine may add
SETTLED_LINK_S = 60.0
Say = Callable[[str], None]


def bounds_at(speed: int) -> Bounds:
    """Of link time: at a higher speed the procedure's waits are shorter, links are not."""
    return Bounds(paged_ms=PAGED_LINK_MS + PAGED_RULE_MS // speed, lag_ms=LAG_MS)


def run(wish: Wish, say: Say) -> Totals:
    """Raises ChildFailed when the parts do not even start."""
    totals, plot = Totals(), plot_of(wish.policy)
    with tempfile.TemporaryDirectory(prefix="allswell-chaos-") as name:
        made = Path(name) / "world.toml"
        world, wearers = crowd(plot.world, wish.pendants, made, plot.office)
        stage = ChaosStage(world, wearers, wish.speed, wish.policy, plot.begins, lambda item: None)
        with stage:
            life = Life(wish, plot, stage, totals, say)
            try:
                life.live()
            except KeyboardInterrupt:
                totals.early = True
            except (ChildFailed, OperatorFailed) as failed:
                totals.early = True
                totals.violations.append(Violation("parts-run", -1, str(failed)))
            with undisturbed():
                life.end()
    return totals


class Life:
    """One run on a stage that stands."""

    def __init__(self, wish: Wish, plot: Plot, stage: ChaosStage, totals: Totals, say: Say) -> None:
        self._wish = wish
        self._stage = stage
        self._feed = stage.feed
        self._totals = totals
        self._say = say
        self._bounds = bounds_at(wish.speed)
        chance = Chance(wish.seed)
        self._desk = Desk(stage)
        self._lives = HubLives(stage.hub, stage.feed)
        self._mischief = Mischief(stage, self._lives, chance.stream("mischief"))
        members = [
            stage.wearers[at : at + plot.together]
            for at in range(0, len(stage.wearers) - plot.together + 1, plot.together)
        ]
        self._groups = [
            Group(each, plot, stage, self._desk, chance.stream("group", *each)) for each in members
        ]
        self._answerers = [
            Answerer(person, stage, self._desk, chance.stream("answers", person))
            for person in stage.hub.people
            if person not in stage.wearers
        ]
        self._pause = threading.Event()
        self._said_s = self._glanced_s = 0.0

    def live(self) -> None:
        """The whole of it, until everything has settled."""
        people = [answerer.person for answerer in self._answerers]
        self._stage.log_in(people)
        for answerer in self._answerers:
            answerer.start()
        for group in self._groups:
            group.start()
        end_s = self._feed.now_s() + self._wish.minutes * 60
        while self._feed.now_s() < end_s:
            self._mischief.step()
            self._turn("")
        self._mischief.heal()
        for group in self._groups:
            group.finish()
        for answerer in self._answerers:
            answerer.hurry()
        self._settle()

    def end(self) -> None:
        """Everybody goes home, the hub is stopped, what was seen is counted and checked."""
        totals = self._totals
        totals.seconds = self._feed.now_s()
        for answerer in self._answerers:
            answerer.stop()
        if totals.early:
            with contextlib.suppress(ChildFailed):
                self._mischief.heal()
            self._feed.end()
        for answerer in self._answerers:
            answerer.join(STOP_S)
        for group in self._groups:
            group.join(STOP_S)
        self._stage.hub.stop()
        items = self._feed.all()
        self._feed.end()
        totals.visits = sum(group.counts["visits"] for group in self._groups)
        totals.sos = sum(group.counts["sos"] for group in self._groups)
        totals.refusals = self._desk.refusals
        if not totals.early:
            totals.violations += closing.tools(self._stage.hub.file)
        closing.close(totals, items, self._stage.hub.store, self._bounds)
        totals.folder = str(self._stage.folder)
        self._stage.keep = bool(totals.violations)

    def _settle(self) -> None:
        """Until nobody is out and nothing is open, at the hub and on the pendants."""
        limit_s = self._feed.now_s() + SETTLED_LINK_S + self._bounds.paged_ms / 1000
        while self._feed.now_s() < limit_s:
            self._turn("healed, settling; ")
            if self._lives.is_up and not any(group.alive for group in self._groups):
                left = self._left()
                if not left:
                    return
        what = f"{self._left() or 'nothing'} left, visits that go on: {self._going_on()}"
        self._violated(Violation("settled", round(self._feed.now_s() * 1000), what))

    def _left(self) -> str:
        book = self._look()
        if book is None:
            return "no view of the database"
        kinds = [str(alarm["kind"]) for alarm in book.alarms.values()]
        presses = [name for name, open_ones in book.open_presses.items() if open_ones]
        found = [f"alarms {', '.join(kinds)}"] if kinds else []
        found += [f"visits {', '.join(book.visits)}"] if book.visits else []
        found += [f"presses on {', '.join(presses)}"] if presses else []
        return "; ".join(found)

    def _going_on(self) -> str:
        return ", ".join(group.members[0] for group in self._groups if group.alive) or "none"

    def _turn(self, doing: str) -> None:
        now_s = self._feed.now_s()
        words = self._lives.ended_by_itself()
        if words:
            self._violated(Violation("hub-runs", round(now_s * 1000), f"the hub ended:\n{words}"))
            self._lives.begin()
        if now_s - self._glanced_s >= GLANCE_S:
            self._glanced_s = now_s
            book = self._look()
            if book is not None:
                for violation in self._of_now(book):
                    self._violated(violation)
        if now_s - self._said_s >= PROGRESS_S:
            self._said_s = now_s
            self._say(doing + self._progress(now_s))
        self._pause.wait(TICK_S)

    def _of_now(self, book: logbook.Logbook) -> list[Violation]:
        nothing = Seen()
        return [*next_action(nothing, book, self._bounds), *watched(nothing, book, self._bounds)]

    def _look(self) -> logbook.Logbook | None:
        try:
            return logbook.read(self._stage.hub.store, lines=False)
        except (sqlite3.Error, ValueError):
            return None  # between two lives of the hub

    def _violated(self, violation: Violation) -> None:
        known = {(each.statement, each.what) for each in self._totals.violations}
        if (violation.statement, violation.what) not in known:
            self._totals.violations.append(violation)
            self._say(f"VIOLATION {violation.statement}: {violation.what}")

    def _progress(self, now_s: float) -> str:
        visits = sum(group.counts["visits"] for group in self._groups)
        sos = sum(group.counts["sos"] for group in self._groups)
        wrong = ", ".join(self._mischief.now()) or "nothing wrong"
        return (
            f"{now_s:5.0f} s of {self._wish.minutes * 60:.0f}: {visits} visits, {sos} SOS,"
            f" {self._mischief.counts.total()} faults, {len(self._totals.violations)} violations;"
            f" now {wrong}"
        )
