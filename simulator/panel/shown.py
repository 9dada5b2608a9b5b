"""What the page shows, and who is looking: a snapshot on every change, skin and light at once.

The rule it keeps: motor and LED are passed on the moment the pendant moves them and are never put
together with others; everything else is one whole snapshot, so that a page that missed one is right
again with the next.
"""

import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from firmware.pendant.patterns import PATTERNS
from simulator.live.feed import Happening
from simulator.panel.tried import Tried

SNAPSHOT_GAP_S = 0.1
HEARTBEAT_S = 2.0
FELT_KEPT = 6
PAGES_KEPT = 60
HEARD_KEPT = 400
SKIN_WAITING = 500  # of one page; a page that takes none for so long is not looked at
LONG_MS, SHORT_MS = 300, 60  # what counts as which when a pattern is written down

Json = dict[str, Any]  # as JSON is


def written(pattern: str) -> str:
    """As docs/pendant.md writes it: – long, · short, ° a rattle."""
    return "".join(
        "–" if on_ms > LONG_MS else "·" if on_ms > SHORT_MS else "°"
        for on_ms, *_ in PATTERNS[pattern][2]
    )


def told(pattern: str) -> Json:
    """One pattern, as a page draws it."""
    tone, means, _ = PATTERNS[pattern]
    return {"name": pattern, "written": written(pattern), "means": means, "tone": tone}


def is_cue(pattern: str) -> bool:
    """About this very moment of a press, not about the world; "": over before it was told."""
    return pattern.startswith(("tick", "ramp", "read")) or pattern == ""


@dataclass(slots=True)
class Skin:
    """One pendant, as an eye and a hand know it."""

    motor_pct: int = 0
    led: str = "off"
    link: bool = False
    asleep: bool = False
    felt: deque[str] = field(default_factory=lambda: deque(maxlen=FELT_KEPT))  # the last first


@dataclass(eq=False)
class Page:
    """One open page: what it has not been sent yet."""

    loop: asyncio.AbstractEventLoop
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    skin: deque[Json] = field(default_factory=lambda: deque(maxlen=SKIN_WAITING))
    dirty: bool = True


class Shown:
    """Told from any thread; tells the pages in theirs."""

    def __init__(self, wearers: Iterable[str]) -> None:
        self._lock = threading.Lock()
        self._pages: set[Page] = set()
        self.skins = {who: Skin() for who in wearers}
        self.tried = Tried(self.skins)
        self.pages: deque[Happening] = deque(maxlen=PAGES_KEPT)
        self.heard: deque[Happening] = deque(maxlen=HEARD_KEPT)
        self.snapshot: Callable[[], Json] = dict
        self.over = False

    def happened(self, item: Happening) -> None:
        """For the feed."""
        skin = self.skins.get(item.who)
        with self._lock:
            self.heard.append(item)
            self.tried.happened(item)
            if item.source == "page":
                self.pages.append(item)
            elif skin is not None and item.source == "link":
                skin.link = item.what == "up"
            elif skin is not None and (item.source, item.what) == ("process", "power cut"):
                skin.link, skin.led, skin.motor_pct = False, "off", 0
        self.changed()

    def watch(self, who: str) -> Callable[[Mapping[str, object]], None]:
        """For a pendant: what its board tells."""

        skin = self.skins[who]

        def heard(news: Mapping[str, object]) -> None:
            if "motor" in news:
                skin.motor_pct, skin.led = int(str(news["motor"])), str(news["led"])
                self._tell({"who": who, "motor_pct": skin.motor_pct, "led": skin.led})
            elif "asleep" in news:
                skin.asleep = bool(news["asleep"])
                if skin.asleep:  # nothing runs that could say so
                    skin.link, skin.led, skin.motor_pct = False, "off", 0
                    self._tell({"who": who, "motor_pct": 0, "led": "off"})
                self.changed()
            elif "begun" in news and not is_cue(pattern := str(news["begun"])):
                skin.felt.appendleft(pattern)
                self._tell({"who": who, "felt": told(pattern)})
                self.changed()

        return heard

    def _tell(self, news: Json) -> None:
        with self._lock:
            pages = tuple(self._pages)
        for page in pages:
            page.skin.append(news)
            _wake(page)

    def changed(self) -> None:
        """The next snapshot is another one."""
        with self._lock:
            pages = tuple(self._pages)
        for page in pages:
            page.dirty = True
            _wake(page)

    def end(self) -> None:
        self.over = True
        self.changed()

    async def messages(self) -> AsyncIterator[bytes]:
        """The server-sent events of one page."""
        page = Page(asyncio.get_running_loop())
        with self._lock:
            self._pages.add(page)
        sent_s = 0.0
        try:
            yield b"retry: 1000\n\n"
            while not self.over:
                while page.skin:
                    yield _event("skin", page.skin.popleft())
                wait_s = HEARTBEAT_S
                if page.dirty or time.monotonic() - sent_s > HEARTBEAT_S:
                    wait_s = sent_s + SNAPSHOT_GAP_S - time.monotonic()
                    if wait_s <= 0:
                        page.dirty, sent_s, wait_s = False, time.monotonic(), HEARTBEAT_S
                        yield _event("world", await asyncio.to_thread(self.snapshot))
                        continue
                await _woken(page, wait_s)
        finally:
            with self._lock:
                self._pages.discard(page)


def _event(name: str, what: Json) -> bytes:
    return f"event: {name}\ndata: {json.dumps(what, ensure_ascii=False)}\n\n".encode()


async def _woken(page: Page, wait_s: float) -> None:
    try:
        await asyncio.wait_for(page.wake.wait(), wait_s)
    except TimeoutError:
        return
    page.wake.clear()


def _wake(page: Page) -> None:
    try:
        page.loop.call_soon_threadsafe(page.wake.set)
    except RuntimeError:
        return  # the loop has been closed: the server is gone
