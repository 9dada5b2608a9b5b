"""A pendant of the storm that sleeps: the core decides, the handset obeys and a button wakes it."""

from random import Random

import pytest

from firmware.pendant.rest import CALM_MS, NO_ANSWER_MS, RETRY_MS
from firmware.pendant.settings import Settings
from protocol import codec
from protocol.messages import Booted
from simulator.storm.around import Around
from simulator.storm.flash import Flash
from simulator.storm.pendant import START_MS, Handset
from simulator.storm.rates import CALM
from simulator.storm.seen import Felt, Kept, Pressed, Seen
from simulator.storm.timeline import Timeline

BEGIN_MS = 1_800_000_000_000


class NoNetwork:
    """A link that never stands; what is asked of it is noted."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def power(self, on: bool) -> None:
        self.asked.append(f"power {on}")

    def publish(self, topic: str, payload: bytes, qos: int, urgent: bool = False) -> bool:
        return False

    def hurry(self) -> None:
        self.asked.append("hurry")

    def leave(self) -> None:
        self.asked.append("leave")


class Rig:
    def __init__(self, **more: object) -> None:
        self.timeline, self.seen = Timeline(BEGIN_MS), Seen()
        around = Around(self.timeline, CALM, self.seen, Random(1), Random(2))
        values: dict[str, object] = {
            "pendant": "p-ada", "key_id": "p-ada", "secret": "0b" * 32, "broker_host": "broker",
            "sleep": True,
        }  # fmt: skip
        self.handset = Handset(
            Settings(values | more), Flash(Random(3), around.flash_fails), around
        )
        self.link = NoNetwork()
        self.handset.link = self.link  # type: ignore[assignment]  # as much of one as is needed
        self.handset.power_on()

    def run(self, ms: int) -> None:
        self.timeline.run_for(ms)

    def felt(self) -> list[str]:
        return [sight.pattern for sight in self.seen.all if isinstance(sight, Felt)]

    def kept(self) -> list[str]:
        return [sight.name[0] for sight in self.seen.all if isinstance(sight, Kept)]


def asleep() -> Rig:
    rig = Rig()
    rig.run(NO_ANSWER_MS + 2 * CALM_MS)
    assert rig.handset.asleep and not rig.handset.on
    return rig


def test_it_sleeps_and_wakes_by_itself() -> None:
    rig = asleep()
    boots = rig.handset.boots
    rig.run(RETRY_MS)
    assert rig.handset.on and rig.handset.boots == boots + 1
    assert rig.felt() == ["started"], "nobody is woken by a sign of life"


@pytest.mark.parametrize("gesture", ["sos-hold", "chord"])
def test_a_press_wakes_it_and_is_kept(gesture: str) -> None:
    rig = asleep()
    rig.handset.press(gesture, 2.0)
    rig.run(10_000)
    assert rig.handset.on, "an alarm is open: it stays awake"
    assert "e" in rig.kept()
    assert [sight.gesture for sight in rig.seen.all if isinstance(sight, Pressed)] == [gesture]


@pytest.mark.parametrize("seed", range(20))
def test_stabs_wake_it_and_are_an_sos_whenever_the_chip_is_awake(seed: int) -> None:
    """Three stabs within 0.92 s; if the chip sees but the last of them it is an SOS."""
    assert START_MS[0] < 800 < START_MS[1]
    rig = asleep()
    rig.handset._random = Random(seed)
    began_ms = rig.timeline.now_ms
    rig.handset.press("sos-stabs")
    while not rig.handset.on:
        rig.run(1)
    rig.run(10_000)
    started_in_time = any(
        isinstance(sight, Felt) and sight.pattern == "stored" for sight in rig.seen.all
    )
    seen_from_ms = rig.handset._began_ms - began_ms
    if not 770 < seen_from_ms < 910:  # then it is one with the press that woke it
        assert started_in_time == (seen_from_ms < 800), "the third stab is down from 0.8 s on"


def test_an_unsent_press_keeps_it_awake_and_the_record_of_the_clock_does_not() -> None:
    rig = Rig()
    rig.handset.press("d-short")
    rig.run(3 * NO_ANSWER_MS)
    assert rig.handset.on and not rig.handset.asleep


def test_the_press_that_woke_it_is_the_first_event_of_its_boot() -> None:
    rig = asleep()
    rig.handset.press("a-short", 8.0)  # 1.2 s: longer than the chip takes to start
    rig.run(5000)
    (name,) = [name for name, _blob in rig.handset.flash.read_all() if name[0] == "e"]
    blob = dict(rig.handset.flash.read_all())[name]
    message = codec.peek(blob[9:], up=True)
    assert not isinstance(message, Booted) and message.TYPE == "ok"


def test_power_that_goes_while_it_sleeps_wakes_nobody() -> None:
    rig = asleep()
    rig.handset.power_off()
    boots = rig.handset.boots
    rig.handset.press("sos-hold")
    rig.run(2 * RETRY_MS)
    assert rig.handset.boots == boots and not rig.handset.on


def test_a_battery_that_ends_is_said_by_itself() -> None:
    rig = Rig()
    rig.run(1000)
    rig.handset.drain(8)
    rig.handset.drain(2)
    rig.run(10_000)
    assert "battery-ends" in rig.felt()
