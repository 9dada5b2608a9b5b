"""What a scenario plays on: broker, hub, pendants, bad networks, pages, people at screens.

The rule it keeps: all of it is real, on ports nobody else has, in a folder of its own, and gone
when the stage closes, whatever happened on it.
"""

import contextlib
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from hub.settings import DEFAULT_POLICY
from simulator.live import provision
from simulator.live.broker import Broker
from simulator.live.feed import Feed, Happening
from simulator.live.hub import PASSWORD, Hub
from simulator.live.keyring import Keyring
from simulator.live.operator import Operator
from simulator.live.pendant import Pendant
from simulator.live.proxy import FaultProxy
from simulator.live.receiver import Receiver

CALM_BEAT_S = 10  # off duty, of pendants that sleep: each answer keeps them awake for a while
KEEP = "ALLSWELL_SIM_KEEP"  # set to anything: the folder stays, for a look afterwards


def pendant_of(person: str) -> str:
    """The pendant that a person carries."""
    return f"p-{person}"


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not stop the clearing away. Only the main thread can say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


class Stage:
    """A context: started on entering, stopped and removed on leaving."""

    def __init__(
        self,
        world: Path,
        wearers: Iterable[str],
        speed: int,
        tell: Callable[[Happening], None] | None = None,
        beat_s: int = 1,
        web_port: int = 0,
        embedded_broker: bool | None = None,
        policy: str = DEFAULT_POLICY,
        begins: str = "",
        tls: bool = False,
        two_brokers: bool = False,
        sleep: bool = False,
        valid_ms: int = 0,
    ) -> None:
        """`tls`: mutual, between everybody and the broker. `sleep`: pendants sleep off duty.
        `valid_ms`: for how long they are good; 0: for ever."""
        self.speed = speed
        self._tls = tls
        self._two = two_brokers
        self._sleep = sleep
        self._valid_ms = valid_ms
        self._keyring: Keyring | None = None
        self.second: Broker | None = None
        self.hub_way: FaultProxy | None = None  # between the hub and the first of two brokers
        self.wearers = tuple(wearers)
        self.feed = Feed(tell)
        self._world = world
        self._policy = policy
        self._begins = begins
        self._beat_s = beat_s
        self._web_port = web_port
        self._embedded = embedded_broker
        self._ends = contextlib.ExitStack()
        self._operators: dict[str, Operator] = {}
        self.keep = False  # the folder, for a look afterwards
        self.proxies: dict[str, FaultProxy] = {}
        self.second_proxies: dict[str, FaultProxy] = {}
        self.pendants: dict[str, Pendant] = {}

    def __enter__(self) -> "Stage":
        try:
            self._raise()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with undisturbed():
            self._ends.close()

    def _raise(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="allswell-sim-"))
        self._ends.callback(self._remove_folder)
        self.receiver = Receiver(self.feed)
        self._ends.callback(self.receiver.close)
        pendants = [pendant_of(person) for person in self.wearers]
        if self._tls:
            self._keyring = Keyring(self.folder / "keys", pendants)
        self.broker = self.make_broker(pendants)
        self._ends.callback(self.broker.stop)
        self.broker.start()
        if self._two:
            self._raise_second(pendants)
        self.hub = self.make_hub(self.hub_way.port if self.hub_way is not None else 0)
        self._ends.callback(self.hub.close)
        self.feed.rule_ms = self.hub.follower.rule_ms
        carriers = {pendant_of(person): person for person in self.wearers}
        secrets = provision.register(
            self.hub.store, self._world, carriers, self._policy, self._begins, self._valid_ms
        )
        self.hub.follower.start()
        self.hub.start()
        for person in self.wearers:
            self._equip(person, secrets[pendant_of(person)])

    def make_broker(self, pendants: list[str]) -> Broker:
        return Broker(self.folder / "broker", pendants, self.feed, self._embedded, self._keyring)

    def _raise_second(self, pendants: list[str]) -> None:
        second = self.second = Broker(
            self.folder / "second", pendants, self.feed, False, self._keyring, "second broker"
        )
        second.passwords |= self.broker.passwords  # the same users and passwords on both
        second.write_files()
        self._ends.callback(second.stop)
        second.start()
        self.hub_way = FaultProxy(self.broker.port)
        self._ends.callback(self.hub_way.close)

    def make_hub(self, broker_port: int = 0) -> Hub:
        """`broker_port`: at which the hub finds the broker; 0 is the broker's own."""
        return Hub(
            self.folder, self._world, self.broker, self.receiver, self.feed, self.speed,
            self._web_port, self._policy, broker_port,
            second_port=self.second.port if self.second is not None else 0,
        )  # fmt: skip

    def network_of(self, person: str) -> FaultProxy:
        """What lies between her pendant and the broker."""
        return FaultProxy(self.broker.port)

    def _equip(self, person: str, secret: bytes) -> None:
        """A pendant with a network of its own to be bad on."""
        name = pendant_of(person)
        proxy = self.proxies[person] = self.network_of(person)
        self._ends.callback(proxy.close)
        off_duty_s = max(self._beat_s, CALM_BEAT_S) if self._sleep else self._beat_s
        settings = {
            "pendant": name, "key_id": name, "secret": secret.hex(), "broker_host": "127.0.0.1",
            "broker_port": proxy.port, "beat_s": self._beat_s, "offduty_beat_s": off_duty_s,
            "sleep": self._sleep, **self.broker.for_pendant(name), **self._way_to_second(person),
        }  # fmt: skip
        pendant = Pendant(name, self.folder / name, settings, self.feed, person)
        for file, der in self._keyring.equip(name).items() if self._keyring is not None else ():
            (pendant.flash / file).write_bytes(der)
        self.pendants[person] = pendant
        self._ends.callback(pendant.close)
        pendant.start()

    def _way_to_second(self, person: str) -> dict[str, object]:
        if self.second is None:
            return {}
        proxy = self.second_proxies[person] = FaultProxy(self.second.port)
        self._ends.callback(proxy.close)
        return {"second_host": "127.0.0.1", "second_port": proxy.port}

    def networks(self, person: str) -> list[FaultProxy]:
        """All that lies between her pendant and any broker: one radio."""
        self.pendant(person)  # says whose pendant there is, if not hers
        ways = (self.proxies, self.second_proxies)
        return [way[person] for way in ways if person in way]

    def _remove_folder(self) -> None:
        if self.keep or KEEP in os.environ:
            self.feed.add("process", "kept", "stage", str(self.folder))
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def operator(self, person: str) -> Operator:
        """Her browser, opened at her first act."""
        if person not in self._operators:
            if person not in self.hub.people:
                raise KeyError(f"nobody is called {person!r} in {self._world.name}")
            made = Operator(person, PASSWORD, self.hub.url)
            self._operators[person] = made
            self._ends.callback(made.close)
        return self._operators[person]

    def log_in(self, people: Iterable[str]) -> None:
        """Beforehand, as on a working day: at 60 times the speed a login takes half a minute."""
        for person in people:
            self.operator(person).log_in()

    def pendant(self, person: str) -> Pendant:
        if person not in self.pendants:
            raise KeyError(f"{person!r} carries no pendant: see `wearers`")
        return self.pendants[person]
