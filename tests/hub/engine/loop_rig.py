"""The engine's loop on a hand-moved clock, one step at a time, with hands that only remember."""

from hub.clock import ManualClock
from hub.engine.afterwards import Afterwards
from hub.engine.loop import Loop
from hub.inbox import Answer, Inbox
from tests.hub.house import House


class Notes:
    """Hands that only remember, and can be broken."""

    def __init__(self) -> None:
        self.afters: list[Afterwards] = []
        self.broken = False

    def perform(self, after: Afterwards) -> None:
        if self.broken:
            raise ConnectionError("planted")
        self.afters.append(after)

    @property
    def acks(self) -> list[int]:
        return [ack[2] for after in self.afters for ack in after.acks]

    @property
    def answers(self) -> list[Answer]:
        return [answer for after in self.afters for _, answer in after.replies]


class Rig:
    """A house with the real loop, run one step at a time."""

    def __init__(self, house: House, listening: frozenset[str] = frozenset({"events"})) -> None:
        self.house = house
        self.clock = ManualClock(house.now_ms)
        self.inbox = Inbox(self.clock)
        self.notes = Notes()
        self.loop = Loop(house.engine, self.clock, self.inbox, self.notes, listening=listening)

    def step(self) -> None:
        self.loop.step(0)
        self.house.now_ms = self.clock.now_ms()


def kinds(house: House) -> set[str]:
    return {alarm.kind for alarm in house.reader.open_alarms()}
