"""A pendant that sleeps whenever it may, in random stories: no press of hers is slept through.

The laws are those of test_pendant_properties; the harness holds the promises at every step.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.pendant.rest import CAUSE
from firmware.pendant.standing import OFF_DUTY
from tests.firmware.harness import Bench
from tests.firmware.test_pendant_properties import STEPS, Step, do, laws_of_the_end, settle


class AsleepError(Exception):
    """The board's sleep() does not return."""


class Sleeper(Bench):
    """Obeys as the shell does: with nothing waiting for the flash. Any button wakes it."""

    def __init__(self) -> None:
        self.until_ms = -1  # asleep; -1: awake
        self.naps = 0
        super().__init__(sleep=True)

    def start(self, cause: str, woken_by: tuple[str, ...] = ()) -> None:
        self.until_ms = -1
        super().start(cause, woken_by)

    def run(self, ms: int) -> None:
        end_ms = self.now_ms + ms
        while self.now_ms < end_ms:
            if 0 <= self.until_ms <= end_ms:
                self.now_ms = self.until_ms
                self._awake(lambda: self.start(CAUSE))
            elif self.until_ms >= 0:
                self.now_ms = end_ms
            else:
                self._awake(lambda: super(Sleeper, self).run(end_ms - self.now_ms))

    def edge(self, button: str, down: bool) -> None:
        if self.until_ms < 0:
            self._awake(lambda: super(Sleeper, self).edge(button, down))
        elif down:
            self._awake(lambda: self.start(CAUSE, (button,)))

    def link(self, up: bool) -> None:
        if self.until_ms < 0:
            self._awake(lambda: super(Sleeper, self).link(up))
        self.link_up = up

    def deliver(self, payload: bytes) -> None:
        if self.until_ms < 0:
            self._awake(lambda: super(Sleeper, self).deliver(payload))

    def _awake(self, act: Callable[[], None]) -> None:
        try:
            act()
        except AsleepError:
            self._later = []  # what was on its way to it finds nobody

    def _do(self, at_once: list[tuple[Any, ...]]) -> None:
        super()._do([out for out in at_once if out[0] != "sleep"])
        for out in at_once:
            if out[0] == "sleep" and self._carrier.flash_next() is None:
                left = [name for name in self.flash if name[:2] in ("e-", "o-")]
                assert left == [], "asleep with something unsent, or an alarm open"
                assert self.device.believed_phase() in OFF_DUTY
                self.until_ms = self.now_ms + out[1]
                self.naps += 1
                raise AsleepError


def told_the_story(steps: list[Step]) -> Sleeper:
    bench = Sleeper()
    for step in steps:
        do(bench, step)
    settle(bench)
    bench.reboot(CAUSE)  # its last beat, with what is open now
    bench.run(2500)
    laws_of_the_end(bench)
    return bench


@given(st.lists(STEPS, max_size=30))
@settings(max_examples=300)
def test_no_event_is_lost_by_a_pendant_that_sleeps(steps: list[Step]) -> None:
    told_the_story(steps)


@pytest.mark.soak
@given(st.lists(STEPS, max_size=80))
def test_no_event_is_lost_by_a_pendant_that_sleeps_in_long_stories(steps: list[Step]) -> None:
    told_the_story(steps)


def test_it_does_sleep_in_these_stories_and_wakes_for_what_she_presses() -> None:
    bench = told_the_story([("run", 20_000), ("gesture", "a"), ("run", 60_000), ("gesture", "sos")])
    assert bench.naps >= 2
    assert bench.hub.types() == ["ok", "sos-pressed"]
