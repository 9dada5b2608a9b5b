"""A broker for tests that does exactly what its script says: one script per connection, in turn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

CONNACK_OK = b"\x20\x02\x00\x00"
PINGRESP_BYTES = b"\xd0\x00"


class Peer:
    """The broker's end of one connection; reading past a dead pendant raises EOFError."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def packet(self) -> bytes:
        """The next whole packet, its length digits left out: first byte, then body."""
        first = await self.reader.readexactly(1)
        length = shift = 0
        while True:
            digit = (await self.reader.readexactly(1))[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                return first + await self.reader.readexactly(length)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def greet(self) -> bytes:
        """CONNECT in, CONNACK out; returns the CONNECT."""
        connect = await self.packet()
        assert connect[0] == 0x10
        await self.send(CONNACK_OK)
        return connect

    async def subscribed(self) -> None:
        """SUBSCRIBE in, SUBACK out."""
        packet = await self.packet()
        assert packet[0] == 0x82
        await self.send(b"\x90\x03" + packet[1:3] + b"\x01")

    async def welcome(self) -> None:
        await self.greet()
        await self.subscribed()

    async def closed(self) -> None:
        """Until the pendant hangs up."""
        try:
            while await self.reader.read(512):
                pass
        except ConnectionError:
            pass


Script = Callable[[Peer], Awaitable[None]]


class FakeBroker:
    """Where it listens, how often somebody came, and what went wrong in a script."""

    def __init__(self, scripts: tuple[Script, ...]) -> None:
        self.scripts = scripts
        self.connections = 0
        self.port = 0
        self.failures: list[BaseException] = []
        self.finished = asyncio.Event()  # the last script came to its end

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = self.scripts[min(self.connections, len(self.scripts) - 1)]
        self.connections += 1
        last = self.connections == len(self.scripts)
        try:
            await script(Peer(reader, writer))
        except (AssertionError, EOFError, OSError) as error:
            self.failures.append(error)
        finally:
            writer.transport.abort()
            if last:
                self.finished.set()


@asynccontextmanager
async def broker_doing(*scripts: Script) -> AsyncIterator[FakeBroker]:
    """Listens on a free loopback port; fails the test with what failed in a script."""
    broker = FakeBroker(scripts)
    server = await asyncio.start_server(broker._connected, "127.0.0.1", 0)
    broker.port = server.sockets[0].getsockname()[1]
    try:
        yield broker
    finally:
        server.close()
    assert not broker.failures, broker.failures
