"""The stage of a fleet: broker, hub and receiver as ever, and pendants that need no thread each."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hub.devices.broker import ACL
from protocol.topics import ROOT as ROOT_TOPIC
from simulator.chaos.crowd import crowd, invented
from simulator.fleet.ear import EAR
from simulator.live.broker import Broker
from simulator.live.child import Child, ChildFailed
from simulator.live.firmware import ROOT, command, micropython_path
from simulator.live.hub import Hub
from simulator.live.scenario import WORLDS
from simulator.live.stage import Stage, pendant_of

WORLD = WORLDS / "exeter.toml"
INTERPRETERS = ("micropython", "cpython")
OWN_WORKERS = 3  # of the world itself: they stay at home


class FleetBroker(Broker):
    """With one more user, who only listens: what real pendants say is counted there."""

    def _write(self, name: str, text: str) -> Path:
        if name == ACL:
            text = f"user {EAR}\ntopic read {ROOT_TOPIC}/#\n\n{text}"
        return super()._write(name, text)


class FleetStage(Stage):
    """`secrets`: of each pendant that the hub knows. Nobody wears any of them yet."""

    def __init__(self, folder: Path, count: int) -> None:
        own = invented(count)
        world, _ = crowd(WORLD, count + OWN_WORKERS, folder / "world.toml")
        super().__init__(world, [person["id"] for person in own], 1)
        self._others = own
        self.secrets: dict[str, bytes] = {}

    def make_broker(self, pendants: list[str]) -> Broker:
        return FleetBroker(self.folder / "broker", [*pendants, EAR], self.feed, embedded=False)

    def make_hub(self, broker_port: int = 0) -> Hub:
        return Hub(
            self.folder, WORLD, self.broker, self.receiver, self.feed, self.speed,
            broker_port=broker_port, others=self._others,
        )  # fmt: skip

    def _equip(self, person: str, secret: bytes) -> None:
        self.secrets[pendant_of(person)] = secret

    def settings_of(self, pendant: str, beat_s: int) -> dict[str, object]:
        """What a real pendant is told at provisioning."""
        return {
            "pendant": pendant, "key_id": pendant, "secret": self.secrets[pendant].hex(),
            "username": pendant, "password": self.broker.passwords[pendant],
            "broker_host": "127.0.0.1", "broker_port": self.broker.port, "beat_s": beat_s,
            "offduty_beat_s": beat_s,
        }  # fmt: skip

    def starter(self, interpreter: str) -> tuple[Callable[[Path, int], None], list[int]]:
        """What starts a pendant, and the processes of those started so far, where they are known.
        Raises ChildFailed without that interpreter."""
        if interpreter == "micropython":
            return self._processes()
        return self._forks()

    def _processes(self) -> tuple[Callable[[Path, int], None], list[int]]:
        if micropython_path() is None:
            raise ChildFailed("there is no micropython here: --interpreter cpython")
        pids = list[int]()

        def start(flash: Path, port: int) -> None:
            argv = [*command(), "--flash", str(flash), "--control", str(port)]
            child = Child(flash.name, argv, flash / "pendant.log", tied=False)
            child.start()
            self._ends.callback(child.kill)
            pids.append(child.pid)

        return start, pids

    def _forks(self) -> tuple[Callable[[Path, int], None], list[int]]:
        log = (self.folder / "zygote.log").open("ab")
        zygote = subprocess.Popen(
            [sys.executable, "-m", "simulator.fleet.zygote"],
            stdin=subprocess.PIPE, stdout=log, stderr=log, text=True, cwd=ROOT,
            start_new_session=True,
        )  # fmt: skip
        log.close()
        assert zygote.stdin is not None  # asked for
        orders = zygote.stdin

        def end() -> None:
            zygote.kill()
            zygote.wait()
            orders.close()

        self._ends.callback(end)

        def start(flash: Path, port: int) -> None:
            orders.write(f"{flash} {port}\n")
            orders.flush()

        return start, []
