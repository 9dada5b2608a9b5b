"""Who carries a pendant: what she feels, what her hands do at it, and when she forgets to.

Rule: whatever she does at her pendant is a hand's gesture on its buttons; whatever she knows of the
hub she has felt.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hub.rules.model import Value
from simulator.live.pendant import GESTURES
from simulator.storm.people.course import Steps, pause
from simulator.storm.people.trips import DOOR, Trip
from simulator.storm.seen import Went

if TYPE_CHECKING:
    from simulator.storm.people.crowd import Crowd

SECOND_MS = 1_000
ROUTINE = ("a-short", "a-double", "a-hold", "d-short", "d-double", "d-hold")


class Wearer:
    """`danger`: what she is in: "" | threat (she can speak) | hurt | held. `sos`: how she calls for
    help."""

    def __init__(self, name: str, crowd: "Crowd") -> None:
        self.id = name
        self.crowd = crowd
        self.world = crowd.world
        self.handset = crowd.world.handsets[name]
        self.random = crowd.world.chance.stream("worker", name)
        self.danger = ""
        self.sos = ""
        self.on_phone = False
        self._now: Trip | None = None
        self._last = ""
        self._again = 0
        self._is_about_to = False

    def felt(self, pattern: str) -> None:
        """Skin is quick, hands are not."""
        react = _REACTIONS.get(pattern)
        if react is not None:
            react(self)

    def _may_go_in(self) -> None:
        trip = self._now
        if trip is not None and trip.place == DOOR:
            self.world.timeline.after(self._between(1, 6), trip.let_in)

    def _is_asked(self) -> None:
        if self._now is None or self.danger or self._now.place == DOOR or self._forgets():
            return
        self._later(3, 40, "a-short")

    def _is_not_sent(self) -> None:
        if self.danger in ("threat", "hurt") and self.sos in GESTURES:
            self._later(3, 15, self.sos)
        elif self._last and self._again < 2 and self.random.random() < 0.5 and not self.danger:
            self._again += 1
            self._later(5, 30, self._last)

    def _hub_has_it(self) -> None:
        """Pressed by mistake: where people press the wrong thing, they also try to end it at their
        own screen, which the hub refuses."""
        if self.danger or not self.world.rates.wrong_press or self.random.random() < 0.5:
            return
        self.world.timeline.after(self._between(10, 40), self._tries_to_end_it)

    def _tries_to_end_it(self) -> None:
        hub = self.world.hub
        if hub is None:
            return
        for alarm in hub.reader.open_alarms():
            if alarm.worker == self.id and not alarm.silent:
                facts: dict[str, Value] = {"alarm": alarm.id, "outcome": "safe", "spoke": True,
                                           "note": "pressed by mistake",
                                           "presses": len(alarm.presses)}  # fmt: skip
                self.world.ask(self.id, "resolve", facts)

    def _person_has_it(self) -> None:
        """Help is known to come, and does not come: some press again."""
        if (
            self.danger in ("threat", "hurt")
            and self.sos in GESTURES
            and self.random.random() < 0.4
        ):
            self._later(10, 90, self.sos)

    def _nobody_has_it(self) -> None:
        if self.danger in ("threat", "hurt") and self.sos in GESTURES:
            self._later(3, 20, self.sos)

    def _later(self, least_s: int, most_s: int, gesture: str) -> None:
        """One thing in mind at a time: whoever is about to press need not decide to again."""
        if self._is_about_to:
            return
        self._is_about_to = True

        def press() -> None:
            self._is_about_to = False
            self.handset.press(gesture, self._stretch())

        self.world.timeline.after(self._between(least_s, most_s), press)

    def _press(self, gesture: str) -> Steps:
        """As she means to; she may forget it, slip, or do it twice."""
        rates = self.world.rates
        if self._forgets():
            yield from pause(self._between(45, 90))
            if self.random.random() < 0.5:
                return  # it does not occur to her later either
        if self.crowd.happens("wrong_press", rates.wrong_press, self.random, self.id):
            self.handset.press(self.random.choice(ROUTINE), self._stretch())
            yield from pause(self._between(3, 8))
        self._last, self._again = gesture, 0
        twice = self.crowd.happens("answers_twice", rates.answers_twice, self.random, self.id)
        for _ in range(2 if twice else 1):
            stretch = self._stretch()
            self.handset.press(gesture, stretch)
            yield from pause(round(GESTURES[gesture][-1][0] * 1000 * stretch) + 600)

    def _went(self, trip: Trip, place: str) -> None:
        trip.place = place
        self.world.seen.add(Went(self._now_ms, self.id, trip.errand.visit, place))

    # Small things.

    @property
    def _now_ms(self) -> int:
        return self.world.timeline.now_ms

    def _between(self, least_s: int, most_s: int) -> int:
        return self.random.randrange(least_s * SECOND_MS, most_s * SECOND_MS)

    def _stretch(self) -> float:
        return self.random.uniform(0.93, 1.3)

    def _forgets(self, rarer: int = 1) -> bool:
        rate = self.world.rates.forgets / rarer
        return self.crowd.happens("forgets", rate, self.random, self.id)


_REACTIONS: dict[str, Callable[[Wearer], None]] = {
    "go-in": Wearer._may_go_in,
    "prompt": Wearer._is_asked,
    "not-sent": Wearer._is_not_sent,
    "hub-has-it": Wearer._hub_has_it,
    "nobody-has-it": Wearer._nobody_has_it,
    "person-has-it": Wearer._person_has_it,
}
