"""A TCP proxy between a pendant and the broker that can be as bad as a real network.

cut: every connection is reset and new ones refused. reset: the same once, and new ones pass. stall:
bytes wait. half-open: bytes vanish in both directions while both ends believe in the connection.
half-packet: as half-open, in the middle of a packet, and only the connections there are.
black-hole: as half-open, and nobody answers new ones. byte-by-byte: each byte is a segment of its
own. latency: each piece is that much late. The rule it keeps: faults are link time and never scale.
"""

import contextlib
import selectors
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable

MODES = ("through", "cut", "reset", "stall", "half-open", "half-packet", "black-hole",
         "byte-by-byte")  # fmt: skip
_LOST = ("half-open", "black-hole")  # whatever is sent is gone
_PIECE_BYTES = 16_384
_TURN_S = 0.02
_BYTE_S = 0.001  # between two bytes of one direction: a second and a half for our largest message
_BACKLOG = 128
_MAX_HELD = 1_000_000  # bytes that a stalled direction keeps; then it stops reading
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of zero: close with RST


class _Pipe:
    """One direction of one connection: what was read and when it may be written."""

    def __init__(
        self,
        source: socket.socket,
        target: socket.socket,
        heard: Callable[[bytes], None] | None = None,
    ) -> None:
        self.source = source
        self.target = target
        self.heard = heard
        self.held: deque[tuple[float, bytes]] = deque()
        self.held_bytes = 0
        self.breaks = False  # in the middle of the next piece
        self.broken = False  # for good: what lost half a packet never goes on
        self.byte_due_s = 0.0


class FaultProxy:
    """Listens on a port of its own and forwards to 127.0.0.1:`target`. `tap` makes, for each
    connection, who hears what comes from the target, piece by piece, just before it is written."""

    def __init__(
        self, target: int, tap: Callable[[], Callable[[bytes], None]] | None = None
    ) -> None:
        self.target = target
        self._tap = tap
        self.mode = "through"
        self.latency_s = 0.0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self.port: int = self._listener.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self._pipes: list[_Pipe] = []
        self._plugs: list[socket.socket] = []  # fill the backlog of a black hole
        self._lock = threading.Lock()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="fault-proxy", daemon=True)
        self._thread.start()

    def set(self, mode: str, latency_ms: int = 0) -> None:
        if mode not in MODES:
            raise ValueError(f"{mode!r} is none of {', '.join(MODES)}")
        with self._lock:
            if self.mode == "black-hole" and mode != "black-hole":
                self._answer_again()
            self.mode = "through" if mode == "reset" else mode
            self.latency_s = latency_ms / 1000
            if mode in ("cut", "reset"):
                self._drop_all()
            elif mode == "half-packet":
                for pipe in self._pipes:
                    pipe.breaks = True
            elif mode == "black-hole" and not self._plugs:
                self._answer_nobody()

    @property
    def connections(self) -> int:
        with self._lock:
            return len(self._pipes) // 2

    def close(self) -> None:
        self._ended = True
        self._thread.join()
        with self._lock:
            self._drop_all()
            for plug in self._plugs:
                plug.close()
        self._selector.close()
        self._listener.close()

    def _run(self) -> None:
        while not self._ended:
            for key, _ in self._selector.select(self._wait_s()):
                with self._lock:
                    if key.data is None:
                        self._accept()
                    elif key.data in self._pipes:
                        self._read(key.data)
            with self._lock:
                self._write_due()

    def _wait_s(self) -> float:
        if self.mode == "byte-by-byte" and any(pipe.held for pipe in self._pipes):
            return _BYTE_S
        return _TURN_S

    def _answer_nobody(self) -> None:
        """A full backlog: the kernel drops every SYN, as a network does that leads nowhere."""
        self._selector.unregister(self._listener)
        self._listener.listen(0)
        for _ in range(_BACKLOG):
            plug = socket.socket()
            plug.settimeout(_TURN_S)
            self._plugs.append(plug)
            try:
                plug.connect(("127.0.0.1", self.port))
            except OSError:  # this one was not answered: full
                break

    def _answer_again(self) -> None:
        self._listener.listen(_BACKLOG)
        ours = {plug.getsockname() for plug in self._plugs}
        self._listener.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                near, address = self._listener.accept()
                near.close() if address in ours else self._connect(near)
        self._listener.setblocking(True)
        for plug in self._plugs:
            plug.close()
        self._plugs.clear()
        self._selector.register(self._listener, selectors.EVENT_READ, None)

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        if self.mode == "cut":
            self._reset(near)
        else:
            self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self.target), 2)
        except OSError:  # the broker is down: the pendant must see just that
            self._reset(near)
            return
        heard = None if self._tap is None else self._tap()
        for source, target, hears in ((near, far, None), (far, near, heard)):
            source.settimeout(1)
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pipe = _Pipe(source, target, hears)
            self._pipes.append(pipe)
            self._selector.register(source, selectors.EVENT_READ, pipe)

    def _read(self, pipe: _Pipe) -> None:
        if pipe.held_bytes > _MAX_HELD:
            return
        try:
            piece = pipe.source.recv(_PIECE_BYTES)
        except OSError:
            piece = b""
        is_lost = pipe.broken or self.mode in _LOST
        if not piece:
            if not is_lost:
                self._drop(pipe, reset=False)
            else:  # the other end shall not learn that this one has gone
                self._selector.unregister(pipe.source)
            return
        if pipe.breaks and not is_lost:
            piece = piece[: len(piece) // 2]
            for each in self._of_connection(pipe):
                each.broken = True
        if piece and not is_lost:
            pipe.held.append((time.monotonic() + self.latency_s, piece))
            pipe.held_bytes += len(piece)

    def _write_due(self) -> None:
        if self.mode == "stall":
            return
        now_s = time.monotonic()
        for pipe in list(self._pipes):
            while pipe.held and max(pipe.held[0][0], pipe.byte_due_s) <= now_s:
                if not self._write(pipe, self._next_piece(pipe, now_s)):
                    break

    def _next_piece(self, pipe: _Pipe, now_s: float) -> bytes:
        due_s, piece = pipe.held.popleft()
        if self.mode == "byte-by-byte":
            pipe.byte_due_s = now_s + _BYTE_S
            if len(piece) > 1:
                pipe.held.appendleft((due_s, piece[1:]))
                piece = piece[:1]
        pipe.held_bytes -= len(piece)
        return piece

    def _write(self, pipe: _Pipe, piece: bytes) -> bool:
        if pipe.heard is not None:
            pipe.heard(piece)
        try:
            pipe.target.sendall(piece)
        except OSError:
            self._drop(pipe)
            return False
        return True

    def _of_connection(self, pipe: _Pipe) -> list[_Pipe]:
        return [each for each in self._pipes if each.source in (pipe.source, pipe.target)]

    def _drop(self, pipe: _Pipe, reset: bool = True) -> None:
        """Both directions of this connection, with a reset or as an orderly end."""
        for other in self._of_connection(pipe):
            self._pipes.remove(other)
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(other.source)
            if reset:
                self._reset(other.source)
                continue
            if other is not pipe:
                with contextlib.suppress(OSError):  # what was read before the end still goes out
                    for _, piece in pipe.held:
                        if pipe.heard is not None:
                            pipe.heard(piece)
                        other.source.sendall(piece)
            other.source.close()

    def _drop_all(self) -> None:
        while self._pipes:
            self._drop(self._pipes[0])

    @staticmethod
    def _reset(end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        end.close()
