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
from hub.devices.certificates import FOLDER as KEYS
from simulator.live.child import Child, ChildFailed, answers, free_port
from simulator.live.feed import Feed
from simulator.live.keyring import Keyring

START_S = 10.0


def mosquitto_path() -> str | None:
    """Debian keeps it where an ordinary user's PATH does not look."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


class Broker:
    """Start, kill, restart, freeze. Port and users stay the same over all of it."""

    def __init__(
        self,
        folder: Path,
        pendants: Iterable[str],
        feed: Feed,
        embedded: bool | None = None,
        keyring: Keyring | None = None,
        name: str = "broker",
    ) -> None:
        """`keyring`: over mutual TLS, with these keys; None: users and passwords."""
        self.folder = folder
        self.port = free_port()
        self.keyring = keyring
        self.name = name
        self._feed = feed
        users = [EVENTS_USER, BEATS_USER, *pendants]
        self.passwords = {user: secrets.token_hex(12) for user in users}
        mosquitto = mosquitto_path()
        self.embedded = mosquitto is None if embedded is None else embedded
        if self.embedded and keyring is not None:
            raise ChildFailed("mosquitto was not found: no other broker here speaks mutual TLS")
        folder.mkdir(parents=True, exist_ok=True)
        if self.embedded or mosquitto is None:
            argv = [sys.executable, "-m", "simulator.live.embedded_broker", str(self.port)]
        else:
            argv = [mosquitto, "-c", str(self.write_files())]
        self.child = Child(name, argv, folder / "broker.log")

    def write_files(self) -> Path:
        """Its settings, users and rules; returns the settings."""
        (self.folder / STORE).mkdir(exist_ok=True)
        # Started by root, mosquitto would become a user who may not read these files.
        user = "root" if os.geteuid() == 0 else ""
        conf = mosquitto_conf(self.folder, self.port, user=user, tls=self.keyring is not None)
        if self.keyring is None:
            self._write("broker.passwords", password_file(self.passwords))
        else:
            keys = self.folder / KEYS
            shutil.copytree(self.keyring.folder, keys, dirs_exist_ok=True)
        self._write("broker.acl", acl())
        return self._write("mosquitto.conf", conf)

    def for_hub(self, port: int) -> dict[str, object]:
        """What the hub's settings say of it; `port`: at which the hub finds it."""
        found: dict[str, object] = {"host": "127.0.0.1", "port": port, "files": str(self.folder)}
        if self.keyring is not None:
            return {**found, "tls": True, "keys": str(self.keyring.folder)}
        passwords = self.passwords
        found |= {"events_password": passwords[EVENTS_USER]}
        return {**found, "beats_password": passwords[BEATS_USER]}

    def for_pendant(self, pendant: str) -> dict[str, object]:
        """What a pendant's settings say of whom it is here."""
        if self.keyring is not None:
            return {"tls": True}
        return {"username": pendant, "password": self.passwords[pendant]}

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="ascii")
        path.chmod(0o600)
        return path

    def start(self) -> None:
        """Returns when it accepts connections."""
        self.child.start()
        self.child.until(lambda: answers(self.port), START_S, "an open port")
        self._feed.add("process", "started", self.name)

    def start_anew(self) -> None:
        """With its users and rules, and without anything it had kept: another disk."""
        shutil.rmtree(self.folder / STORE, ignore_errors=True)
        (self.folder / STORE).mkdir(exist_ok=True)
        self.start()

    def kill(self) -> None:
        """SIGKILL: what it acknowledged must still be there at the next start."""
        self.child.kill()
        self._feed.add("process", "killed", self.name)

    def freeze(self) -> None:
        """SIGSTOP: the kernel still accepts connections and nobody answers."""
        self.child.freeze()
        self._feed.add("process", "frozen", self.name)

    def thaw(self) -> None:
        self.child.thaw()
        self._feed.add("process", "thawed", self.name)

    def stop(self) -> None:
        self.child.stop()
