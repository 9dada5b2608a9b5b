"""A real mosquitto for one test, with the settings we ship: started, killed, started again.

Rule: it is the process that is killed (SIGKILL), never by name, and its folder outlives it.
"""

import os
import pwd
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from hub.devices import broker
from simulator.live.child import free_port
from tests.conftest import need

__all__ = ["PASSWORDS", "REVOKED", "RealBroker", "free_port", "running", "wait_until"]

PASSWORDS = {
    broker.EVENTS_USER: "events-password",
    broker.BEATS_USER: "beats-password",
    "p-aa": "aa-password",
    "p-bb": "bb-password",
    "p-revoked": "revoked-password",
}
REVOKED = ("p-revoked",)
START_S = 10.0


def wait_until(condition: Callable[[], bool], timeout_s: float = 10.0, what: str = "") -> None:
    """Look until it is true; the test fails with `what` when it never is."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout_s} s in vain: {what or condition}")
        time.sleep(0.01)


class RealBroker:
    """One mosquitto over its folder. `start` again after `kill` is a restart."""

    def __init__(
        self, folder: Path, passwords: Mapping[str, str] = PASSWORDS, tls: bool = False
    ) -> None:
        """`tls`: with the certificates in its folder `keys`; else by passwords."""
        self.folder = folder
        self.port = free_port()
        self._program = need("mosquitto")
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "broker-store").mkdir(parents=True, exist_ok=True)
        if not tls:
            self.write("broker.passwords", broker.password_file(passwords))
        self.write("broker.acl", broker.acl(REVOKED))
        me = pwd.getpwuid(os.geteuid()).pw_name
        self.write("mosquitto.conf", broker.mosquitto_conf(folder, self.port, user=me, tls=tls))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)

    @property
    def log(self) -> str:
        return (self.folder / "broker.log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        with (self.folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", str(self.folder / "mosquitto.conf")], stderr=log, stdout=log
            )
        wait_until(self._listening, START_S, f"mosquitto on {self.port}: {self.log}")

    def _listening(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.5):
            return True
        return False

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """In good order: it saves everything first."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait()
        self._process = None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running(folder: Path, tls: bool = False) -> Iterator[RealBroker]:
    found = RealBroker(folder, tls=tls)
    found.start()
    try:
        yield found
    finally:
        found.kill()
