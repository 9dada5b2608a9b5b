"""A worker: she goes where she is sent, presses, feels, waits at doors, and forgets things.

Rule: she knows what she feels on her pendant and what people tell her on the telephone, nothing
else. Whatever she does at her pendant is a hand's gesture on its buttons.
"""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from simulator.live.pendant import GESTURES
from simulator.storm.people.course import Course, Steps, Wish, pause, rung
from simulator.storm.people.trips import (
    BACK,
    DOOR,
    INSIDE,
    LEFT,
    OUTSIDE,
    TRAVELLING,
    Trip,
)
from simulator.storm.people.wearer import Wearer

if TYPE_CHECKING:
    from simulator.storm.people.crowd import Crowd

MINUTE_MS = 60_000
PATIENCE_MS = 150_000  # at a door, before she rings the office
TOO_LATE_MS = 25 * MINUTE_MS  # so long after the start she does not go any more
Known = Callable[[], bool]
HELD = ("chord", "chord-broken", "phrase")  # somebody stands beside her


class Worker(Wearer):
    """Her day: one trip after the other."""

    def __init__(self, name: str, crowd: "Crowd") -> None:
        super().__init__(name, crowd)
        self.trips: list[Trip] = []
        self._waiting: list[Trip] = []
        self._course: Course | None = None

    # What others may know of her when they speak with her.

    def trip_of(self, visit: str) -> Trip | None:
        return next((trip for trip in self.trips if trip.errand.visit == visit), None)

    @property
    def out(self) -> bool:
        return self._now is not None

    # Her day.

    def expect(self, trip: Trip) -> None:
        """Something is entered for her."""
        self.trips.append(trip)
        self._waiting.append(trip)
        self._go_on()

    def _go_on(self) -> None:
        if self._course is None and self._waiting and not self.danger:
            self._now = self._waiting.pop(0)
            self._begin(self._trip(self._now))

    def _begin(self, steps: Steps) -> None:
        self._course = Course(self.world, steps, self._done).start()

    def _done(self) -> None:
        self._course = None
        self._now = None
        self._go_on()

    def wind_up(self) -> None:
        """The day is over: who has not gone does not go, who is there leaves."""
        for trip in (*self._waiting, *([self._now] if self._now is not None else [])):
            trip.told_to_leave()

    def _trip(self, trip: Trip) -> Steps:
        if trip.errand.sort.form == "day":
            yield from self._day_out(trip)
            return
        yield from self._go_there(trip)
        if trip.place == DOOR:
            yield from self._at_the_door(trip)
        if trip.place == INSIDE:
            yield from self._stay(trip)
        if trip.place != BACK:
            yield from self._leave(trip)

    def _go_there(self, trip: Trip) -> Steps:
        """She sets out when it is entered, and in time; or she does not go."""
        errand = trip.errand
        if not errand.visit and errand.sort.form == "unplanned":
            yield from rung(errand.entered, 3 * MINUTE_MS)
        elif self._forgets(2):
            yield from pause(MINUTE_MS)
            trip.later_ms = self.random.randrange(10, 25) * MINUTE_MS
            yield from self._ring(trip, lambda: not trip.later_ms)
            trip.later_ms = 0
        lead_ms = errand.start_ms - self.random.randrange(2, 9) * MINUTE_MS - self._now_ms
        if not (yield from self._told_to_leave(trip, lead_ms)):
            if errand.off or not errand.visit or self._is_late(trip):
                yield from self._not_going(trip)
                return
            self._went(trip, TRAVELLING)
            if self._forgets():
                self.crowd.office_rung(self, trip)  # she says it instead
            else:
                yield from self._press("a-hold")
            travel_ms = errand.start_ms + self._between(-40, 90) - self._now_ms
            if not (yield from self._told_to_leave(trip, travel_ms)):
                self._went(trip, DOOR)
                return
        yield from self._not_going(trip)

    def _told_to_leave(self, trip: Trip, after_ms: int) -> Generator[Wish, object, bool]:
        """Whether she was, before so much time had passed."""
        if not trip.must_leave:
            yield from rung(trip.leave, after_ms)
        return trip.must_leave

    def _at_the_door(self, trip: Trip) -> Steps:
        at_door = trip.errand.sort.at_door
        if at_door not in ("no-answer", "signs"):
            yield from self._press("a-short")
        if at_door:
            yield from self._turned_away(trip)
        else:
            yield from self._wait_outside(trip)

    def _is_late(self, trip: Trip) -> bool:
        return self._now_ms > trip.errand.start_ms + TOO_LATE_MS

    def _not_going(self, trip: Trip) -> Steps:
        trip.gave_up = True
        self._went(trip, BACK)
        if trip.errand.visit and not trip.errand.off:
            yield from self._ring(trip, lambda: trip.errand.off)

    def _wait_outside(self, trip: Trip) -> Steps:
        """Until a person has said that she may go in (HM-3.1), or she gives up."""
        for _ in range(5):
            if trip.may_go_in or trip.must_leave:
                break
            if not (yield from rung(trip.told, PATIENCE_MS)):
                yield from self._ring(trip, lambda: trip.may_go_in)
        if trip.may_go_in and not trip.must_leave:
            yield from pause(self._between(3, 15))
            self._went(trip, INSIDE)
        elif self._forgets(4):
            self._went(trip, INSIDE)  # she has had enough of waiting
        else:
            trip.gave_up = True

    def _turned_away(self, trip: Trip) -> Steps:
        """Nobody opens, something is wrong, or she does not dare."""
        at_door = trip.errand.sort.at_door
        yield from pause(self._between(6, 25))
        if at_door == "signs":
            yield from self._press("d-short")
            yield from self._wait_outside(trip)
            return
        trip.gave_up = True
        yield from self._press("d-double" if at_door == "no-answer" else "d-short")
        yield from rung(trip.spoken, self._between(120, 200))

    def _stay(self, trip: Trip) -> Steps:
        trip.until_ms = min(trip.until_ms, self._now_ms + 4 * 60 * MINUTE_MS)
        trip.uneasy = self._forgets(2)
        ask_ms = self._between(240, 420)
        yield from self._told_to_leave(trip, trip.until_ms - ask_ms - self._now_ms)
        if trip.errand.sort.facts.count("must_not_be_left") or trip.errand.sort.client == "c-82":
            yield from self._relieved(trip)
        if trip.wants_longer and not trip.must_leave:
            trip.until_ms += self.random.randrange(10, 30) * MINUTE_MS
            yield from self._press("a-double")
        if (yield from self._told_to_leave(trip, trip.until_ms - self._now_ms)):
            yield from pause(self._between(20, 180))

    def _relieved(self, trip: Trip) -> Steps:
        """Whoever must not be left has company: she tells it (CT-4.6)."""
        if not self._forgets():
            yield from self._ring(trip, lambda: trip.relief_known)

    def _leave(self, trip: Trip) -> Steps:
        if trip.place not in LEFT:
            told = trip.errand.sort.at_door and trip.place == DOOR
            self._went(trip, OUTSIDE)
            if not told:
                yield from self._press("d-short")
        yield from self._until_known(trip, lambda: trip.left_known)
        if trip.errand.sort.then == "next" or trip.home_known:
            self._went(trip, BACK)
            return
        travel_s = (60, 180) if self._winding_up() else (240, 900)
        yield from rung(trip.leave, self._between(*travel_s))
        self._went(trip, BACK)
        yield from self._press("d-hold")
        yield from self._until_known(trip, lambda: trip.home_known)

    def _until_known(self, trip: Trip, known: Known) -> Steps:
        """Until somebody has spoken with her; who is not rung rings herself, a few times."""
        for _ in range(4):
            if known():
                return
            yield from rung(trip.spoken, self._between(150, 240))
            if not known():
                yield from self._ring(trip, known)

    def _day_out(self, trip: Trip) -> Steps:
        """Between visits: she says now and then that she is well, and goes home."""
        self._went(trip, TRAVELLING)
        while self._now_ms < trip.until_ms and not trip.must_leave:
            wait_ms = min(self._between(1500, 3600), trip.until_ms - self._now_ms)
            yield from rung(trip.leave, wait_ms)
            if self._now_ms < trip.until_ms:
                yield from self._press("a-short")
        self._went(trip, BACK)
        yield from self._press("d-hold")
        yield from self._until_known(trip, lambda: trip.home_known)

    def _ring(self, trip: Trip, known: Known) -> Steps:
        """She rings the office and says where she is, until it is known there."""
        for _ in range(4):
            if known() or self.danger:
                return
            if not self.crowd.has_coverage(self.id) or self.on_phone:
                yield from pause(self._between(40, 90))
                continue
            answered = self.crowd.office_rung(self, trip)
            yield from rung(trip.spoken, self._between(150, 240) if answered else 60_000)

    # Danger.

    def falls_into(self, kind: str, length_ms: int) -> None:
        """`kind`: a gesture, "phrase" (she rings and says it) or "family" (they ring, and she is
        well)."""
        if kind == "family":
            self.crowd.family_rings(self)
            return
        if kind == "sos-let-go":
            self.handset.press(kind, self._stretch())
            return
        if self.danger:
            return
        if self._course is not None:
            self._course.stop()
        self.danger = "held" if kind in HELD else self.random.choice(("threat", "hurt"))
        self.sos = kind
        self._begin(self._in_danger(length_ms))

    def _in_danger(self, length_ms: int) -> Steps:
        freed = self.crowd.freed_of(self.id)
        if self.sos == "phrase":
            yield from pause(self._between(10, 60))
            self.crowd.office_rung(self, self._now)
        else:
            self.handset.press(self.sos, self._stretch())
        yield from rung(freed, length_ms)
        if self.sos in GESTURES and self.sos not in HELD and self.random.random() < 0.3:
            self._later(1, 90, self.sos)  # somebody is there, and she is still frightened
        self.danger = self.sos = ""
        trip = self._now
        if trip is None:
            return
        if trip.place not in LEFT:
            self._went(trip, OUTSIDE)
            if self.random.random() < 0.5:
                yield from self._press("d-short")
        trip.gave_up = True
        yield from self._leave(trip)

    def _winding_up(self) -> bool:
        plan = self.world.plan
        return self._now_ms >= plan.start_ms + plan.length_ms
