"""The event stream: what changed, the engine's age, bounded, told from another thread."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.web.live import NAMES_MAX, STREAMS_PER_SESSION, Live, Stream, messages


class Link:
    now_ms = 0

    def __call__(self) -> int:
        return self.now_ms


def told(raw: bytes) -> dict[str, Any]:
    line = next(line for line in raw.decode().splitlines() if line.startswith("data: "))
    found: dict[str, Any] = json.loads(line.removeprefix("data: "))
    return found


async def opened(live: Live, session: str = "s") -> tuple[Stream, AsyncIterator[bytes]]:
    stream = live.open(session)
    assert stream is not None
    said = messages(live, stream, lambda: 77, live.engine_age_ms, lambda: True, 30)
    assert (await anext(said)).startswith(b"retry")
    first = told(await anext(said))
    assert first["now_ms"] == 77
    assert first["changed"] == ["everything"], "what the page has missed since it was made"
    return stream, said


async def tell(live: Live, *names: str) -> None:
    thread = threading.Thread(target=live.changed, args=(set(names),))
    thread.start()
    await asyncio.to_thread(thread.join)


@pytest.mark.asyncio
async def test_a_change_told_from_the_engines_thread_arrives_at_once() -> None:
    live = Live(Link())
    _, said = await opened(live)
    waiting = asyncio.ensure_future(anext(said))
    await tell(live, "board", "visit:v-1")
    message = told(await asyncio.wait_for(waiting, 5))
    assert message["changed"] == ["board", "visit:v-1"]
    assert message["engine_age_ms"] == 0


@pytest.mark.asyncio
async def test_no_alarm_is_named() -> None:
    """P2: a worker's own browser must not learn that a silent one exists."""
    live = Live(Link())
    _, said = await opened(live)
    await tell(live, "alarm:a-secret")
    assert told(await anext(said))["changed"] == ["board"]


@pytest.mark.asyncio
async def test_a_turn_without_a_change_is_life_and_wakes_nobody() -> None:
    link = Link()
    live = Live(link)
    stream, _ = await opened(live)
    assert live.engine_age_ms() is None
    live.changed(set())
    link.now_ms = 16_000
    assert live.engine_age_ms() == 16_000
    await asyncio.sleep(0)
    assert not stream.wake.is_set()


@pytest.mark.asyncio
async def test_many_names_become_everything() -> None:
    live = Live(Link())
    _, said = await opened(live)
    await tell(live, *(f"visit:v-{number}" for number in range(NAMES_MAX + 5)))
    assert told(await anext(said))["changed"] == ["everything"]


@pytest.mark.asyncio
async def test_a_session_has_so_many_streams_and_its_oldest_ends() -> None:
    live = Live(Link())
    first, said = await opened(live)
    others = [await opened(live) for _ in range(STREAMS_PER_SESSION)]
    assert first.closed
    assert [message async for message in said] == []
    assert not others[-1][0].closed
    assert live.streams() == STREAMS_PER_SESSION
    elsewhere, _ = await opened(live, "another")
    assert not elsewhere.closed


@pytest.mark.asyncio
async def test_shutting_down_ends_every_stream() -> None:
    live = Live(Link())
    _, said = await opened(live)
    live.shut_down()
    assert [message async for message in said] == []
    assert live.open("s") is None


@pytest.mark.asyncio
async def test_a_stream_ends_when_its_session_does() -> None:
    live = Live(Link())
    stream = live.open("s")
    assert stream is not None
    answers = iter([True, False])
    said = messages(live, stream, lambda: 77, live.engine_age_ms, lambda: next(answers), 0.01)
    assert len([message async for message in said]) == 2
    assert live.streams() == 0
