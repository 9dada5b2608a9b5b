"""The broker of a simulation: mosquitto with the shipped settings, on a port of its own.

Without mosquitto the embedded amqtt takes its place, without users and without keeping anything
over a restart; the end-to-end receipt must do the work, and the start says so.
"""

import os
import secrets
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from hub.devices.broker import (
    BEATS_USER,
    EVENTS_USER,
    STORE,
    acl,
    mosquitto_conf,
    password_file,
)
from simulator.live.child import Child, answers, free_port
from simulator.live.feed import Feed

START_S = 10.0


def mosquitto_path() -> str | None:
    """Debian keeps it where an ordinary user's PATH does not look."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


class Broker:
    """Start, kill, restart, freeze. Port and users stay the same over all of it."""

    def __init__(
        self, folder: Path, pendants: Iterable[str], feed: Feed, embedded: bool | None = None
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self._feed = feed
        users = [EVENTS_USER, BEATS_USER, *pendants]
        self.passwords = {user: secrets.token_hex(12) for user in users}
        mosquitto = mosquitto_path()
        self.embedded = mosquitto is None if embedded is None else embedded
        folder.mkdir(parents=True, exist_ok=True)
        if self.embedded or mosquitto is None:
            argv = [sys.executable, "-m", "simulator.live.embedded_broker", str(self.port)]
        else:
            argv = [mosquitto, "-c", str(self._write_files())]
        self.child = Child("broker", argv, folder / "broker.log")

    def _write_files(self) -> Path:
        (self.folder / STORE).mkdir(exist_ok=True)
        self._write("broker.passwords", password_file(self.passwords))
        self._write("broker.acl", acl())
        # Started by root, mosquitto would become a user who may not read these files.
        user = "root" if os.geteuid() == 0 else ""
        return self._write("mosquitto.conf", mosquitto_conf(self.folder, self.port, user=user))

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="ascii")
        path.chmod(0o600)
        return path

    def start(self) -> None:
        """Returns when it accepts connections."""
        self.child.start()
        self.child.until(lambda: answers(self.port), START_S, "an open port")
        self._feed.add("process", "started", "broker")

    def start_anew(self) -> None:
        """With its users and rules, and without anything it had kept: another disk."""
        shutil.rmtree(self.folder / STORE, ignore_errors=True)
        (self.folder / STORE).mkdir(exist_ok=True)
        self.start()

    def kill(self) -> None:
        """SIGKILL: what it acknowledged must still be there at the next start."""
        self.child.kill()
        self._feed.add("process", "killed", "broker")

    def freeze(self) -> None:
        """SIGSTOP: the kernel still accepts connections and nobody answers."""
        self.child.freeze()
        self._feed.add("process", "frozen", "broker")

    def thaw(self) -> None:
        self.child.thaw()
        self._feed.add("process", "thawed", "broker")

    def stop(self) -> None:
        self.child.stop()
