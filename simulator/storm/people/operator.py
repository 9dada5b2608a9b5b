"""Somebody who gets pages and sits at a screen: one thing after the other, the worst first.

Rule: she knows what the page and the telephone tell her. What she does is what the page offers; how
she does it, and how badly, is left to the weather.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.inbox import Answer
from hub.web.views.fields import Form
from simulator.storm.people.course import Course, Steps, Wish, asked, pause
from simulator.storm.people.desk import Look
from simulator.storm.seen import Delivered

if TYPE_CHECKING:
    from simulator.storm.people.crowd import Crowd
    from simulator.storm.people.trips import Errand, Trip
    from simulator.storm.people.worker import Worker

SECOND_MS, MINUTE_MS = 1_000, 60_000
RANK = {"call": 0, "family": 0, "alarm": 1, "enter": 2, "visit": 3, "duty": 4, "board": 5}

SHARED = ("alarm", "visit")  # what several are paged about


@dataclass(frozen=True, slots=True)
class Job:
    """`kind`: RANK; `about`: an alarm's or a visit's id."""

    kind: str
    about: str = ""
    worker: "Worker | None" = None
    trip: "Trip | None" = None
    errand: "Errand | None" = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.about}" if self.kind != "duty" else ""


class Operator:
    """One of the staff."""

    def __init__(self, name: str, crowd: "Crowd") -> None:
        self.id = name
        self.crowd = crowd
        self.world = crowd.world
        self.desk = crowd.desk
        self.random = crowd.world.chance.stream("operator", name)
        self._jobs: list[Job] = []
        self._course: Course | None = None
        self._away_until_ms = 0
        self.laid_down: list[str] = []  # duties

    @property
    def busy(self) -> bool:
        return self._course is not None

    @property
    def there(self) -> bool:
        """Whether she sees her telephone and her screen. On a calm day everybody does."""
        return self.world.timeline.now_ms >= self._away_until_ms or self.crowd.calm

    def leave(self, length_ms: int) -> None:
        """Without a word. What she had in hand waits until she is back."""
        self._away_until_ms = self.world.timeline.now_ms + length_ms
        self.world.timeline.after(length_ms, self._go_on)

    # What comes to her.

    def paged(self, page: Delivered) -> None:
        """The telephone in her pocket; she sees it in seconds, or in minutes."""
        if not self.there or self.forgets():
            return
        after_ms = self.between(4, 30)
        if not self.crowd.calm and self.random.random() < 0.15:
            after_ms += self.between(30, 240)
        alarm, visit = str(page.facts["alarm"]), str(page.facts["visit"])
        job = Job("alarm", alarm) if alarm else Job("visit", visit)
        if alarm or visit:
            self.world.timeline.after(after_ms, lambda: self.take(job))

    @property
    def wanted(self) -> bool:
        """Whether another alarm waits for her."""
        return any(each.kind == "alarm" for each in self._jobs)

    def take(self, job: Job) -> None:
        if job.key and any(each.key == job.key and job.about for each in self._jobs):
            return
        self._jobs.append(job)
        self._go_on()

    def _go_on(self) -> None:
        if self._course is None and self._jobs and self.there:
            job = min(self._jobs, key=lambda each: RANK[each.kind])
            self._jobs.remove(job)
            self._course = Course(self.world, self._doing(job), self._done).start()

    def _done(self) -> None:
        self._course = None
        if self.errs("goes_off_duty"):
            self._goes_off_duty()
        self._go_on()

    def _goes_off_duty(self) -> None:
        """Some tell the hub before they go, and when they are back."""
        length_ms = self.between(600, 2400)
        if self.random.random() < 0.5:
            self.leave(length_ms)
        else:
            self.take(Job("duty", "off"))
            self.world.timeline.after(length_ms, lambda: self.take(Job("duty", "on")))

    def _doing(self, job: Job) -> Steps:
        """Who hears a colleague say "mine" leaves it, mostly."""
        work = self.crowd.works[job.kind](self, job)
        if job.kind not in SHARED:
            yield from work
        elif job.key not in self.crowd.handled or self.twice():
            self.crowd.handled[job.key] = self.id
            yield from work
            self.crowd.handled.pop(job.key, None)

    # At the screen.

    def look(self, alarm: str = "", visit: str = "") -> Generator[Wish, object, Look | None]:
        """The page, as soon as there is one; somebody who waits for it for long gives up."""
        for _ in range(8):
            found = self.desk.look(self.id, alarm, visit)
            if found is not None:
                return found
            yield from pause(self.between(15, 45))
        return None

    def give(
        self, look: Look, form: Form, typed: Mapping[str, str]
    ) -> Generator[Wish, object, Answer | None]:
        """The form, filled in and sent off: by some with two clicks, by some when it is old."""
        yield from pause(self.between(2, 8))
        if form.kind == "resolve" and not self.crowd.calm:
            yield from pause(self.between(3, 60))  # how it ended takes a while to write down
        if self.forgets():
            yield from pause(self.between(20, 120))
        answer = yield from self.desk.give(look, form, typed)
        if self.twice():
            yield from self.desk.give(look, form, typed)
        return answer

    def acknowledge(self, alarm: str) -> Generator[Wish, object, Answer | None]:
        """The one button that is no form (routes/alarm.py)."""
        return (yield from asked(self.id, "acknowledge", {"alarm": alarm}))

    # Small things.

    def between(self, least_s: int, most_s: int) -> int:
        return self.random.randrange(least_s * SECOND_MS, most_s * SECOND_MS)

    def forgets(self) -> bool:
        return self.errs("forgets")

    def twice(self) -> bool:
        return self.errs("answers_twice")

    def errs(self, kind: str) -> bool:
        """Whether she makes a mistake of that kind now (rates.py)."""
        rate = getattr(self.world.rates, kind)
        return self.crowd.happens(kind, rate, self.random, self.id)
