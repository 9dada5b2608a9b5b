"""Tells open pages what changed, and how long ago the engine last took a turn.

Rule: freshness is the age of the last engine turn, never the health of a socket (P6). The engine's
thread calls `changed`; it must never wait for a browser, so each browser has a small queue of
names, and names that are already waiting are not added twice. What is sent says *what* changed, not
what it became: the page fetches the fragment with its own eyes and rights. Alarms are not
named: a worker's own browser must not learn that a silent one exists (P2).
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

HEARTBEAT_S = 5.0
GAP_S = 0.1  # between two messages of one stream; the first one goes at once
STREAMS_PER_SESSION = 2  # browsers allow six connections a host: the rest is for acknowledging
STREAMS_MAX = 500
NAMES_MAX = 64  # more than this at once is EVERYTHING
EVERYTHING = "everything"


@dataclass(eq=False)
class Stream:
    """One browser's stream: what it has not been told yet."""

    session: str
    loop: asyncio.AbstractEventLoop
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    # What changed between the page's making and this stream's opening is not known: fetch it all.
    names: set[str] = field(default_factory=lambda: {EVERYTHING})
    closed: bool = False


class Live:
    """The one place where the engine's thread and the browsers' streams meet."""

    def __init__(self, monotonic_ms: Callable[[], int]) -> None:
        self._monotonic_ms = monotonic_ms
        self._lock = threading.Lock()
        self._streams: list[Stream] = []
        self._turned_ms: int | None = None
        self._closing = False

    def changed(self, names: Iterable[str]) -> None:
        """From the engine's thread, after a commit: these pages are out of date."""
        told = {name if name.startswith("visit:") else "board" for name in names}
        self.turned()
        if not told:
            return
        with self._lock:
            for stream in self._streams:
                stream.names |= told
                if len(stream.names) > NAMES_MAX:
                    stream.names = {EVERYTHING}
                _wake(stream)

    def turned(self) -> None:
        """The engine has taken a turn just now (also one that changed nothing)."""
        with self._lock:
            self._turned_ms = self._monotonic_ms()

    def engine_age_ms(self) -> int | None:
        """How long ago the engine last took a turn; None = not since this process began."""
        with self._lock:
            turned = self._turned_ms
        return None if turned is None else max(0, self._monotonic_ms() - turned)

    def open(self, session: str) -> Stream | None:
        """A stream for this session; its oldest ends if it has too many. None: the hub is full."""
        stream = Stream(session, asyncio.get_running_loop())
        with self._lock:
            mine = [other for other in self._streams if other.session == session]
            for other in mine[: max(0, len(mine) - STREAMS_PER_SESSION + 1)]:
                self._end(other)
            if self._closing or len(self._streams) >= STREAMS_MAX:
                return None
            self._streams.append(stream)
        return stream

    def close(self, stream: Stream) -> None:
        """The browser has gone."""
        with self._lock:
            self._end(stream)

    def shut_down(self) -> None:
        """End every stream, or the server would wait for its browsers for ever."""
        with self._lock:
            self._closing = True
            for stream in list(self._streams):
                self._end(stream)

    def _end(self, stream: Stream) -> None:
        stream.closed = True
        if stream in self._streams:
            self._streams.remove(stream)
        _wake(stream)

    def take(self, stream: Stream) -> list[str]:
        """What this browser has not been told yet, and forget it."""
        with self._lock:
            names, stream.names = sorted(stream.names), set()
            stream.wake.clear()
        return names

    def streams(self) -> int:
        """How many are open."""
        with self._lock:
            return len(self._streams)


def _wake(stream: Stream) -> None:
    try:
        stream.loop.call_soon_threadsafe(stream.wake.set)
    except RuntimeError:
        stream.closed = True  # the loop has been closed: the server is gone


async def messages(
    live: Live,
    stream: Stream,
    now_ms: Callable[[], int],
    age_ms: Callable[[], int | None],
    allowed: Callable[[], bool],
    heartbeat_s: float = HEARTBEAT_S,
) -> AsyncIterator[bytes]:
    """The bytes of one stream: an event at once for a change, and one each heartbeat anyway."""
    try:
        yield b"retry: 2000\n\n"
        # Logged out or expired: the page is told by its next fetch, and hears no more from here.
        while not stream.closed and allowed():
            names = live.take(stream)
            said = {"changed": names, "engine_age_ms": age_ms(), "now_ms": now_ms()}
            yield b"event: turn\ndata: " + json.dumps(said).encode() + b"\n\n"
            # What comes within this gap goes together: a storm must not become one of fetches.
            await asyncio.sleep(GAP_S)
            try:
                await asyncio.wait_for(stream.wake.wait(), heartbeat_s)
            except TimeoutError:
                continue
    finally:
        live.close(stream)
