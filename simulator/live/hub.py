"""The hub of a simulation: `allswell serve` in a process of its own, killed and restored for real.

Its database says SIMULATION in its first row, so it may run on a scaled clock and page this
machine only. The rule the simulator keeps: it talks to the hub as people and pendants do, over
HTTP and MQTT.
"""

import contextlib
import json
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import httpx

from hub.settings import DEFAULT_POLICY
from hub.store.reader import Reader
from simulator.live.broker import Broker
from simulator.live.child import Child, ChildFailed, free_port
from simulator.live.feed import Feed
from simulator.live.follow import Follower
from simulator.live.receiver import Receiver

START_S = 30.0
PASSWORD = "let me in"  # of invented people, on a database that only simulates


def toml_table(header: str, values: Mapping[str, object]) -> str:
    """One table; JSON spells texts, lists, whole numbers, true and false as TOML does."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([header, *lines]) + "\n"


class Hub:
    """Start, kill, back up, restore. Address and files stay the same over all of it."""

    def __init__(
        self,
        folder: Path,
        world: Path,
        broker: Broker,
        receiver: Receiver,
        feed: Feed,
        speed: int,
        port: int = 0,
        policy: str = DEFAULT_POLICY,
        broker_port: int = 0,
        others: Iterable[Mapping[str, object]] = (),
        second_port: int = 0,
    ) -> None:
        """`others`: people besides those of the world, who neither log in nor are paged.
        `second_port`: of a second broker that it listens on; 0: there is none."""
        self.folder = folder
        self.store = folder / "hub"
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.follower = Follower(self.store, feed, speed)
        self._broker_port = broker_port or broker.port  # a bad network may lie before the broker
        self._second: dict[str, object] = (
            {"second_host": "127.0.0.1", "second_port": second_port} if second_port else {}
        )
        self._feed = feed
        self._backup = folder / "backup.sqlite"
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "allswell.toml"
        self.people = self._write_settings(world, broker, receiver, policy)
        self._settings += "".join("\n" + toml_table("[[person]]", person) for person in others)
        self._write_at_speed(speed)
        argv = [sys.executable, "-m", "hub.cli", "serve", "--config", str(self.file)]
        self.child = Child("hub", argv, folder / "hub.log")

    def _write_settings(
        self, world: Path, broker: Broker, receiver: Receiver, policy: str
    ) -> dict[str, str]:
        tree = tomllib.loads(world.read_text(encoding="utf-8"))
        self.zone = str(tree["organisation"]["zone"])
        parts = [
            toml_table("[organisation]", tree["organisation"]),
            toml_table("[hub]", {"folder": "hub", "policy": policy}),
            toml_table("[broker]", {**broker.for_hub(self._broker_port), **self._second}),
            toml_table("[web]", {"host": "127.0.0.1", "port": self.port}),
        ]
        for person in tree["person"]:
            found = {**person, "password": PASSWORD, "pages": [receiver.url(person["id"])]}
            parts.append(toml_table("[[person]]", found))
        parts += [toml_table("[[client]]", client) for client in tree["client"]]
        self._settings = "\n".join(parts)
        return {person["id"]: person["name"] for person in tree["person"]}

    def _write_at_speed(self, speed: int) -> None:
        self.speed = speed
        clock = toml_table("[simulation]", {"enabled": True, "speed": speed})
        self.file.write_text(f"{self._settings}\n{clock}", encoding="utf-8")

    def change_speed(self, speed: int) -> None:
        """A hub's clock is fixed when it starts, so it is stopped and started: nothing is lost, and
        rule time stands still meanwhile. A hub that is down has it at its next start."""
        was_up = self.child.alive
        if was_up:
            self.stop()
        self._write_at_speed(speed)
        self.follower.at_speed(speed)
        self._feed.add("process", f"speed {speed}", "hub")
        if was_up:
            self.start()

    def start(self) -> None:
        """Returns when it answers a browser."""
        self.child.start()
        self.child.until(self._answers, START_S, "a login page and the people of its settings")
        self.is_up()

    def begin(self) -> None:
        """Starts it and does not wait: `answers` and `is_up` are the caller's."""
        self.child.start()

    def answers(self) -> bool:
        """Whether it would let somebody in."""
        return self.child.alive and self._answers()

    def is_up(self) -> None:
        """It answers: from now on its clock is followed."""
        self.follower.hub_runs(True)
        self._feed.add("process", "started", "hub")

    def _answers(self) -> bool:
        """A browser, and everybody by name: the people come with the engine's first turn."""
        try:
            if httpx.get(self.url + "/login", timeout=2, trust_env=False).status_code != 200:
                return False
            with contextlib.closing(Reader(self.store)) as reader:
                known = {person.id for person in reader.people() if person.password_hash}
        except (httpx.HTTPError, sqlite3.Error):
            return False
        return known >= set(self.people)

    def kill(self) -> None:
        """SIGKILL, in the middle of anything."""
        self.follower.hub_runs(False)
        self.child.kill()
        self._feed.add("process", "killed", "hub")

    def stop(self) -> None:
        self.follower.hub_runs(False)
        self.child.stop()

    def close(self) -> None:
        self.follower.close()
        self.child.stop()

    def back_up(self) -> None:
        """As an administrator does it, beside the running hub."""
        self._backup.unlink(missing_ok=True)
        self.allswell("backup", str(self._backup))
        self._feed.add("process", "backed up", "hub")

    def restore(self) -> None:
        """The disk died: the copy takes the place of everything since. The hub must be down."""
        with self.follower.exchange():
            self.allswell("restore", str(self._backup), "--yes")
        self._feed.add("process", "restored", "hub")

    def allswell(self, *words: str) -> None:
        """A command of the hub's own command line, as an administrator gives it."""
        argv = [sys.executable, "-m", "hub.cli", *words, "--config", str(self.file)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=START_S, check=False)
        if done.returncode:
            raise ChildFailed(f"allswell {words[0]} failed:\n{done.stderr or done.stdout}")
