"""A real pendant of the fleet: the firmware in a process of its own, its fingers on our event loop.

Rule: nothing waits in a thread, so that a thousand of them cost a thousand sockets and no more
here; what the pendant tells on its control connection is what she would feel.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from simulator.chaos.hands import STEADY
from simulator.fleet.tally import Tally

GESTURE = "sos-stabs"
THIRD = 4  # which edge of it makes an SOS of three presses
START_S = 30.0
Start = Callable[[Path, int], None]  # flash folder, control port


class Real:
    """`start` makes the process; it finds us by the port."""

    def __init__(
        self, name: str, folder: Path, settings: Mapping[str, object], start: Start,
        tally: Tally, now_s: Callable[[], float],
    ) -> None:  # fmt: skip
        self.name = name
        self.is_up = False
        self._ending = False
        self._flash = folder / name
        self._flash.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dict(settings))
        (self._flash / "settings.json").write_text(text, encoding="ascii")
        self._start = start
        self._tally = tally
        self._now_s = now_s
        self._writer: asyncio.StreamWriter | None = None
        self._here = asyncio.Event()

    async def begin(self) -> None:
        """Returns when it listens to its buttons. Raises TimeoutError."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        try:
            self._start(self._flash, int(server.sockets[0].getsockname()[1]))
            await asyncio.wait_for(self._here.wait(), START_S)
        finally:
            server.close()

    async def press(self) -> None:
        """SOS: three stabs with a hand's timing."""
        last_s = 0.0
        for number, (at_s, button, down) in enumerate(STEADY[GESTURE]):
            await asyncio.sleep(at_s - last_s)
            last_s = at_s
            if number == THIRD:
                self._tally.pressed(self.name, self._now_s(), thin=False)
            self._tell({"button": button, "down": down})

    def end(self) -> None:
        """Its control connection ends, and so does the process."""
        self._ending = True
        if self._writer is not None:
            self._writer.transport.abort()

    def _tell(self, order: Mapping[str, object]) -> None:
        if self._writer is not None:
            self._writer.write(json.dumps(dict(order)).encode() + b"\n")

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._here.set()
        try:
            while line := await reader.readline():
                self._heard(json.loads(line))
        except (OSError, ValueError):
            pass  # it went away within a line
        if self.is_up:
            self._link(False)

    def _heard(self, news: Mapping[str, Any]) -> None:
        if news.get("feel") == "stored":
            self._tally.stored(self.name)
        elif news.get("feel") == "hub-has-it":
            self._tally.has_it(self.name, self._now_s())
        elif "link" in news:
            self._link(bool(news["link"]))

    def _link(self, up: bool) -> None:
        if up != self.is_up:
            self.is_up = up
            self._tally.connected += 1 if up else -1
            self._tally.dropped += not up and not self._ending
