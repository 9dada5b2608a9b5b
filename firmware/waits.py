"""Waits that end, the same on CPython and MicroPython.

The rule it keeps: durations are whole milliseconds everywhere; the seconds asyncio wants are made
here and nowhere else.
"""

import asyncio

PLAIN = "plain"  # the socket below a TLS stream of MicroPython's

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Awaitable
    from typing import TypeVar

    T = TypeVar("T")


def within_ms(work: "Awaitable[T]", limit_ms: int) -> "Awaitable[T]":
    """asyncio.TimeoutError after `limit_ms`; asyncio itself wants seconds."""
    return asyncio.wait_for(work, limit_ms / 1000)


async def pause_ms(delay_ms: int) -> None:
    """Let the others run for so long."""
    await asyncio.sleep(delay_ms / 1000)


async def _set_later(event: "asyncio.Event", delay_ms: int) -> None:
    await pause_ms(delay_ms)
    event.set()


async def rest(event: "asyncio.Event", limit_ms: int) -> bool:
    """Until the event, which is True, or the limit. Not wait_for: up to Python 3.11 that can eat a
    cancellation."""
    timer = asyncio.create_task(_set_later(event, limit_ms))
    try:
        await event.wait()
        came = not timer.done()
    finally:
        timer.cancel()
    event.clear()
    return came


async def drop(writer: "asyncio.StreamWriter") -> None:
    """Close at once, on both interpreters, whatever the peer does."""
    transport = getattr(writer, "transport", None)
    if transport is not None:  # CPython: close() would wait for a frozen peer to read
        transport.abort()
    else:  # MicroPython: close() does nothing, this closes the socket without waiting
        await writer.wait_closed()
        plain = getattr(writer, "e", {}).get(PLAIN)
        if plain is not None:  # after a handshake in vain TLS has forgotten it
            plain.close()
