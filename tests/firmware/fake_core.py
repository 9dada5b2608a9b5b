"""A core for the carrier's tests: it answers as it is told. Runs on both interpreters."""

from firmware.pendant.carrier import Carrier

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

    Outputs = list[tuple[Any, ...]]


class FakeCore:
    """Answers `persisted` as it is told, and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.answers: Outputs = []
        self.gives: list[str] = []

    def is_alarm_record(self, name: str) -> bool:
        return name[:5] == "e-sos" or name[:2] == "o-"

    def give_way(self) -> str:
        return self.gives.pop(0) if self.gives else ""

    def persisted(self, name: str, now_ms: int) -> "Outputs":
        self.told.append((name, now_ms))
        return list(self.answers)


def fresh() -> "tuple[FakeCore, Carrier]":
    core = FakeCore()
    return core, Carrier(core)


def work_of(carrier: Carrier) -> "list[tuple[str, bytes | None]]":
    """Carry out all that waits, always with success."""
    done: list[tuple[str, bytes | None]] = []
    while True:
        work = carrier.flash_next()
        if work is None:
            return done
        done.append(work)
        carrier.flash_done(True, 0)
