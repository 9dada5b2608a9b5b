"""What the engine's tests look at in a house."""

from hub.rules.model import Alarm
from tests.hub.house import House


def alarms(house: House, kind: str) -> list[Alarm]:
    return [alarm for alarm in house.reader.open_alarms() if alarm.kind == kind]


def counts(house: House) -> dict[str, int]:
    """How many rows everything has: what a duplicate must not change."""
    tables = ("log", "payload", "seen", "visit", "alarm", "deadline", "page", "press")
    return {name: int(house.store.all(f"SELECT COUNT(*) FROM {name}")[0][0]) for name in tables}
