"""The board in memory and the link with every fault, of soak_rig.py; inside MicroPython."""

import asyncio

from firmware.waits import pause_ms
from tests.firmware.fake_hub import Hub
from tests.firmware.mqtt_reference import fields, packet, two

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist in here
    from collections.abc import Callable

DOWN = "pendant/p07/down"
FAULTS = (
    "reset",  # the connection ends
    "half-packet",  # it ends in the middle of a packet
    "black-hole",  # both ends believe in it, and nothing arrives
    "deaf",  # the broker hears and says nothing
    "refused",  # no connection succeeds
    "hangs",  # none ever answers
    "denied",  # CONNACK with a code
    "no-subscription",  # SUBACK with a failure
    "garbage",  # what comes is no MQTT
    "trickle",  # one byte at a time
    "slow",  # a second and a half late
    "silent-hub",  # the broker lives, the hub does not
    "replay",  # what came once comes again
    "forged",  # what came is changed by a bit
    "flash-full",
    "flash-broken",
)


class Dice:
    def __init__(self, seed: int) -> None:
        self._state = (seed * 2654435761 + 7) & 0x3FFFFFFF

    def below(self, limit: int) -> int:
        self._state = (self._state * 1103515245 + 12345) & 0x3FFFFFFF
        return (self._state >> 8) % limit

    def bytes(self, count: int) -> bytes:
        return bytes([self.below(256) for _ in range(count)])


class Line:
    """One direction of a connection."""

    def __init__(self) -> None:
        self.waiting = bytearray()
        self.ended = False
        self.news = asyncio.Event()

    def put(self, data: bytes) -> None:
        self.waiting.extend(data)
        self.news.set()

    def end(self) -> None:
        self.ended = True
        self.news.set()

    async def take(self, most: int) -> bytes:
        while not self.waiting and not self.ended:
            self.news.clear()
            await self.news.wait()
        taken = bytes(self.waiting[:most])
        self.waiting = self.waiting[most:]
        return taken


class Stream:
    """The pendant's reader and writer in one, as asyncio's of MicroPython are."""

    def __init__(self, link: "BadLink") -> None:
        self._link = link
        self.down = Line()
        self.heard = bytearray()
        self.serving = asyncio.create_task(link.serve(self))
        self.up = Line()

    def write(self, data: bytes) -> None:
        if self.down.ended:
            raise OSError("closed")
        self.up.put(data)

    async def drain(self) -> None:
        if self._link.fault == "black-hole":
            await asyncio.Event().wait()

    async def read(self, most: int) -> bytes:
        if self._link.fault == "black-hole":
            await asyncio.Event().wait()
        return await self.down.take(1 if self._link.fault == "trickle" else most)

    async def wait_closed(self) -> None:
        """Closed, on MicroPython."""
        self.up.end()
        self.down.end()


class BadLink:
    """A broker with a hub behind it, in one weather at a time."""

    def __init__(self, seed: int, hub: Hub, now_ms: "Callable[[], int]") -> None:
        self.dice = Dice(seed)
        self.hub = hub
        self.fault = ""
        self.faults: dict[str, int] = {}
        self.opened = 0
        self._now_ms = now_ms
        self._stream: Stream | None = None
        self._last_down = b""

    def weather(self) -> None:
        """Now and then another; often fair."""
        self.fair()
        if self.dice.below(3):
            return
        self.fault = FAULTS[self.dice.below(len(FAULTS))]
        self.faults[self.fault] = self.faults.get(self.fault, 0) + 1
        stream = self._stream
        if stream is None:
            return
        if self.fault == "reset":
            stream.down.end()
        elif self.fault == "half-packet":
            stream.down.put(b"\x32\x40\x00\x10pend")
            stream.down.end()
        elif self.fault == "garbage":
            stream.down.put(self.dice.bytes(20))
        elif self.fault == "replay" and self._last_down:
            self.push(self._last_down)
        elif self.fault == "forged" and self._last_down:
            forged = bytearray(self._last_down)
            forged[self.dice.below(len(forged))] ^= 1 << self.dice.below(8)
            self.push(bytes(forged))

    def fair(self) -> None:
        self.fault = ""

    def forget(self) -> None:
        """Counted since the last time."""
        self.faults = {}
        self._last_down = b""

    async def open(self) -> "tuple[Stream, Stream]":
        if self.fault in ("refused", "black-hole"):
            raise OSError("refused")
        if self.fault == "hangs":
            await asyncio.Event().wait()
        self.opened += 1
        self._stream = Stream(self)
        return self._stream, self._stream

    def push(self, payload: bytes) -> None:
        if self._stream is not None:
            self._publish(self._stream, payload)

    def _publish(self, stream: Stream, payload: bytes) -> None:
        topic = DOWN.encode()
        self._say(stream, packet(0x30, two(len(topic)) + topic + payload))

    def _say(self, stream: Stream, data: bytes) -> None:
        if self.fault not in ("deaf", "black-hole") and not stream.down.ended:
            stream.down.put(data)

    async def serve(self, stream: Stream) -> None:
        """The broker's end of one connection."""
        while not stream.up.ended:
            data = await stream.up.take(512)
            if self.fault == "slow":
                await pause_ms(1500)
            stream.heard.extend(data)
            while True:
                whole = self._first(stream.heard)
                if not whole:
                    break
                first, body = stream.heard[0], bytes(stream.heard[2 + (whole > 129) : whole])
                stream.heard = stream.heard[whole:]
                self._answer(stream, fields(first, body))
        if stream is self._stream:
            self._stream = None

    def _first(self, heard: bytearray) -> int:
        """How long the first packet is; 0 if it is not whole. None of ours has three digits."""
        if len(heard) < 2 or (heard[1] > 127 and len(heard) < 3):
            return 0
        length = heard[1] if heard[1] < 128 else heard[1] - 128 + 128 * heard[2]
        whole = 2 + (heard[1] > 127) + length
        return whole if len(heard) >= whole else 0

    def _answer(self, stream: Stream, said: "dict[str, object]") -> None:
        kind = said["kind"]
        if kind == "connect":
            self._say(stream, b"\x20\x02\x00" + (b"\x05" if self.fault == "denied" else b"\x00"))
        elif kind == "subscribe":
            number = said["id"]
            assert isinstance(number, int)
            code = b"\x80" if self.fault == "no-subscription" else b"\x01"
            self._say(stream, b"\x90\x03" + two(number) + code)
        elif kind == "pingreq":
            self._say(stream, b"\xd0\x00")
        elif kind == "publish":
            number, payload = said["id"], said["payload"]
            assert isinstance(number, int) and isinstance(payload, bytes)
            if said["qos"]:
                self._say(stream, b"\x40\x02" + two(number))
            if self.fault != "silent-hub":
                for down in self.hub.hear(payload, self._now_ms()):
                    self._last_down = down
                    self._publish(stream, down)


class Board:
    """Buttons, flash and skin in memory."""

    def __init__(self, link: BadLink, ticks_ms: "Callable[[], int]") -> None:
        self.edges: list[tuple[str, bool]] = []
        self.pressed = asyncio.Event()
        self.ticks_ms = ticks_ms
        self.random_bytes = link.dice.bytes
        self._link = link
        self._flash: dict[str, bytes] = {}

    def edge(self, button: str, down: bool) -> None:
        self.edges.append((button, down))
        self.pressed.set()

    def file(self, name: str) -> bytes:
        return b""

    def woken_by(self) -> "tuple[str, ...]":
        return ()

    def boot_cause(self) -> str:
        return "power-on"

    def read_all(self) -> "list[tuple[str, bytes]]":
        return []

    def remember(self, blob: bytes) -> None:
        pass

    def remembered(self) -> bytes:
        return b""

    async def write(self, name: str, blob: bytes) -> None:
        await pause_ms(50)
        if self._link.fault in ("flash-full", "flash-broken"):
            raise OSError(28 if self._link.fault == "flash-full" else 5)
        # Only that it is there: its bytes are the flash's, and no part of the heap.
        self._flash[name] = b""

    async def erase(self, name: str) -> None:
        await pause_ms(2)
        self._flash.pop(name, None)

    async def open_stream(self, host: str, port: int, tls: object) -> "tuple[Stream, Stream]":
        return await self._link.open()

    def proven(self) -> None:
        pass

    def set_clock(self, utc_ms: int) -> None:
        pass

    def note(self, kind: str, value: object) -> None:
        pass

    def show(self, strength_pct: int, led: str) -> None:
        pass

    def battery_pct(self) -> int:
        return 80

    def signal_pct(self) -> int:
        return 70

    def feed_watchdog(self) -> None:
        pass

    def reset(self, cause: str) -> None:
        raise AssertionError("reset: " + cause)

    def sleep(self, max_ms: int) -> None:
        raise AssertionError("it slept on a visit")

    async def run(self, moved: "Callable[[], None]") -> None:
        while True:
            moved()
            await pause_ms(900)
