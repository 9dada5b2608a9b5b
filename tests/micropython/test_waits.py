"""Waits and the wrap of the clock inside the interpreter."""

import asyncio

from firmware.uptime import TICKS_PERIOD_MS, Uptime
from firmware.waits import pause_ms, rest, within_ms


async def test_rest_ends_by_the_event() -> None:
    event = asyncio.Event()

    async def press() -> None:
        await pause_ms(5)
        event.set()

    task = asyncio.create_task(press())
    await within_ms(rest(event, 20_000), 10_000)
    await task
    assert not event.is_set()


async def test_rest_ends_by_the_limit() -> None:
    await within_ms(rest(asyncio.Event(), 5), 10_000)


async def test_a_wait_that_does_not_end_is_ended() -> None:
    try:
        await within_ms(asyncio.Event().wait(), 5)
    except asyncio.TimeoutError:
        return
    raise AssertionError("no time-out")


def test_time_goes_on_over_the_wrap() -> None:
    ticks = [TICKS_PERIOD_MS - 10]
    uptime = Uptime(lambda: ticks[0])
    assert uptime() == 0
    ticks[0] = TICKS_PERIOD_MS - 1
    assert uptime() == 9
    ticks[0] = 5
    assert uptime() == 15
    for _ in range(3):  # 37 days and no step back
        before = uptime()
        for part in range(8):
            ticks[0] = (5 + (part + 1) * (TICKS_PERIOD_MS // 8)) % TICKS_PERIOD_MS
            uptime()
        assert uptime() - before == TICKS_PERIOD_MS
