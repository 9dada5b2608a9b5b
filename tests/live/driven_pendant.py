"""The real firmware in a process, its buttons and power in the test's hand."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from simulator.live.firmware import command
from tests.conftest import need

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "firmware" / "main.py"
LIMIT_S = 30.0
SECRET = "0b" * 32

Told = dict[str, object]


def interpreter(name: str) -> list[str]:
    """The command that runs firmware: compiled, with a pendant's heap, or with this Python,
    warnings fatal."""
    if name == "micropython":
        need("micropython")
        return command()
    return [sys.executable, "-W", "error", "-X", "dev", str(MAIN)]


class DrivenPendant:
    """One pendant over its flash folder. `start` after `kill` is a boot from the same flash."""

    def __init__(
        self, flash: Path, name: str, settings: Told, env: Mapping[str, str] | None = None
    ) -> None:
        """`env`: what its process finds beside this one's environment."""
        self.flash = flash
        self._env = {**os.environ, **(env or {})}
        self.told: list[Told] = []
        self._command = interpreter(name)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._control_port = self._server.getsockname()[1]
        self._news: queue.Queue[Told] = queue.Queue()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        flash.mkdir(exist_ok=True)
        (flash / "settings.json").write_text(json.dumps(settings))

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with (self.flash / "stderr").open("ab") as errors:
            return subprocess.Popen(
                [*self._command, "--flash", str(self.flash)]
                + ["--control", str(self._control_port)],
                stderr=errors,
                stdout=errors,
                env=self._env,
            )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def run_to_its_end(self) -> int:
        """For a start that must fail before it reaches its control socket."""
        self._process = self._spawn()
        return self._process.wait(LIMIT_S)

    def start(self) -> None:
        self._process = self._spawn()
        self._server.settimeout(LIMIT_S)
        self._control, _ = self._server.accept()
        threading.Thread(target=self._listen, args=(self._control,), daemon=True).start()

    def _listen(self, control: socket.socket) -> None:
        try:
            for line in control.makefile("rb"):
                self._news.put(json.loads(line))
        except (OSError, ValueError):
            pass  # the process died in the middle of a line
        self._news.put({"gone": True})

    def say(self, **order: object) -> None:
        assert self._control is not None
        self._control.sendall(json.dumps(order).encode() + b"\n")

    def until(self, **wanted: object) -> Told:
        """The next line with these values; what came before it is kept in `told`."""
        while True:
            told = self._next(str(wanted))
            if all(told.get(key) == value for key, value in wanted.items()):
                return told
            assert "gone" not in told, self.errors()

    def until_any(self, key: str) -> Told:
        """The next line that tells of `key`, whatever it says."""
        while True:
            told = self._next(key)
            if key in told:
                return told
            assert "gone" not in told, self.errors()

    def _next(self, wanted: str) -> Told:
        try:
            told = self._news.get(timeout=LIMIT_S)
        except queue.Empty:
            raise AssertionError(
                f"waited in vain for {wanted} after {self.told[-20:]}: {self.errors()}"
            ) from None
        self.told.append(told)
        return told

    def errors(self) -> str:
        return (self.flash / "stderr").read_text()

    def hang_up(self) -> None:
        assert self._control is not None
        self._control.shutdown(socket.SHUT_RDWR)

    def said(self, **wanted: object) -> bool:
        """Whether such a line has come so far."""
        return any(all(told.get(k) == v for k, v in wanted.items()) for told in self.told)

    def times(self, key: str) -> int:
        """How many lines so far told of `key`."""
        return sum(key in told for told in self.told)

    def kill(self) -> int:
        """SIGKILL, as the power goes."""
        assert self._process is not None
        self._process.kill()
        return self.ended()

    def interrupt(self) -> int:
        """Ctrl-C, as whoever copies files to it begins; its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self.ended()

    def ended(self) -> int:
        """Its exit status, when it ends."""
        assert self._process is not None
        assert self._control is not None
        status = self._process.wait(LIMIT_S)
        while not self.told or "gone" not in self.told[-1]:
            self.told.append(self._news.get(timeout=LIMIT_S))
        self._control.close()
        return status

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._control is not None:
            self._control.close()
        self._server.close()


@contextmanager
def driven(flash: Path, name: str, broker_port: int, user: str = "p-aa") -> Iterator[DrivenPendant]:
    settings: Told = {
        "pendant": user,
        "key_id": user,
        "secret": SECRET,
        "broker_host": "127.0.0.1",
        "broker_port": broker_port,
        "username": user,
        "password": user.replace("p-", "") + "-password",
    }
    pendant = DrivenPendant(flash, name, settings)
    try:
        yield pendant
    finally:
        pendant.close()
