"""One storm from its plan: hub, broker, pendants, providers and people joined in virtual time.

Rule: everything that happens comes out of the plan and its seed. The world knows the truth (when a
finger pressed, when a disk died); hub and pendants know only what reaches them.
"""

import binascii
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from firmware.pendant.settings import Settings
from hub.inbox import Answer
from hub.rules.model import Value
from simulator.storm import faults
from simulator.storm.around import Around
from simulator.storm.books import found, pendant_of
from simulator.storm.chance import Chance
from simulator.storm.disk import COMMIT
from simulator.storm.fate import Killed
from simulator.storm.flash import Flash
from simulator.storm.hub import Hub, Life
from simulator.storm.network import Net
from simulator.storm.onlooker import Onlooker
from simulator.storm.pendant import Handset
from simulator.storm.plan import Act, Plan
from simulator.storm.providers import Post
from simulator.storm.rates import CALM
from simulator.storm.seen import Asked, Befell, Delivered, HubLife, Seen
from simulator.storm.timeline import Timeline

BACKUP_DOOM_MS = 30_000  # a doomed hub that does nothing dies all the same


class People(Protocol):
    """Who lives in the world (people.py)."""

    def page_came(self, page: Delivered) -> None: ...

    def do(self, act: Act) -> None: ...


@dataclass
class _Doom:
    """The hub dies at this instant of its own."""

    left: int
    power_loss: bool
    down_ms: int


class World:
    """`run` plays the plan to its end; then `folder` holds the hub's files as it left them."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.chance = Chance(plan.seed)
        self.timeline = Timeline(plan.start_ms)
        self.rates = replace(plan.rates)  # ours: the weather turns at the end
        self.seen = Seen()
        self.onlooker = Onlooker(self.timeline, self.seen)
        self.net = Net(self.timeline, self.chance, self.rates, self.seen, plan.brokers)
        self.end_ms = plan.start_ms + plan.length_ms + plan.calm_ms
        self._root = folder
        self._lives = 0
        self.folder = self._folder_of(0)
        self.org = found(
            self.folder, plan.policy, plan.workers, plan.start_ms, self.chance.stream("books")
        )
        self.hub: Hub | None = None
        self._hub_runs_at_ms = plan.start_ms
        self._doom: _Doom | None = None
        self.offset_ms = 0  # of the hub's machine's clock
        self.disk_full_until_ms = 0
        self.pages_fail_until_ms = 0
        self._asks: dict[int, Callable[[Answer | None], None]] = {}
        self._asked = 0
        self.people: People | None = None
        self.handsets = {worker: self._handset(worker) for worker in self.org.workers}

    def _folder_of(self, life: int) -> Path:
        return self._root / f"hub-{life}"

    def _handset(self, worker: str) -> Handset:
        name = pendant_of(worker)
        values: dict[str, object] = {
            "pendant": name,
            "key_id": name,
            "secret": binascii.hexlify(self.org.secrets[name]).decode(),
            "broker_host": "broker",
            "second_host": "broker-2" if self.plan.brokers == 2 else "",
            "beat_s": self.plan.beat_s,
            "offduty_beat_s": self.plan.offduty_beat_s,
            "sleep": self.plan.sleep,
        }
        around = Around(
            self.timeline,
            self.rates,
            self.seen,
            self.chance.stream("pendant", name),
            self.chance.stream("boot", name),
        )
        flash = Flash(self.chance.stream("flash", name), around.flash_fails)
        flash.stock()
        handset = Handset(Settings(values), flash, around)
        handset.link = self.net.pendant_link(
            name,
            handset.link_changed,
            handset.message_came,
            self.chance.stream("link", name).randbytes,
            handset.next_broker,
        )
        return handset

    # The run.

    def run(self) -> None:
        """To the end of the plan, or as far as an error of the storm's own lets it."""
        plan = self.plan
        for act in plan.acts:
            self.timeline.at(plan.start_ms + act.at_ms, faults.happening(self, act))
        self.timeline.at(plan.start_ms + plan.length_ms, self._calm_down)
        for handset in self.handsets.values():
            self.timeline.at(plan.start_ms, handset.power_on)
        while self.timeline.now_ms < self.end_ms:
            if self.timeline.now_ms >= self._hub_runs_at_ms:
                self._live()
            else:
                self.timeline.step(min(self._hub_runs_at_ms, self.end_ms))

    def _calm_down(self) -> None:
        """Everything that is broken works again, and stays so."""
        self.rates.become(CALM)
        self._doom = None
        self.disk_full_until_ms = self.pages_fail_until_ms = 0
        self.net.heal()
        for handset in self.handsets.values():
            handset.spare()
            handset.power_on("healed")

    # The hub.

    def _live(self) -> None:
        """One life of the hub, from its start to its death or to the end of everything."""
        self._lives += 1
        life = Life(
            number=self._lives,
            folder=self.folder,
            policy=self.org.policy,
            timeline=self.timeline,
            fate=self,
            random_bytes=self.chance.stream("ids").randbytes(16),
            offset_ms=lambda: self.offset_ms,
            make_link=self.net.hub_link,
            post=self._post(),
            trouble=self._trouble,
        )
        self.seen.add(HubLife(self.timeline.now_ms, True))
        hub = self.hub = Hub(life)
        self.onlooker.begin(self.folder)
        stop = self.timeline.at(self.end_ms, hub.stop)
        try:
            hub.run()
        except Killed:
            stop.cancel()
        self.hub = None
        self.onlooker.stop()
        hub.abandon()
        waiting, self._asks = self._asks, {}
        for heard in waiting.values():
            heard(None)

    def _post(self) -> Post:
        return Post(
            self.timeline,
            self.rates,
            self.seen,
            self.chance.stream("providers"),
            self._delivered,
            lambda: self.timeline.now_ms < self.pages_fail_until_ms,
        )

    def _delivered(self, page: Delivered) -> None:
        if self.people is not None:
            self.people.page_came(page)

    def _trouble(self, act: str) -> None:
        """What the hub's disk makes of a write or a commit. Raises sqlite3.OperationalError."""
        if self.timeline.now_ms < self.disk_full_until_ms:
            raise sqlite3.OperationalError("database or disk is full")
        rates = self.rates
        if act == COMMIT and self.chance.happens(rates.slow_disk, "disk"):
            took_ms = self.chance.stream("disk-slow").randrange(1, rates.slow_disk_ms)
            now_ms = self.timeline.now_ms
            self.seen.add(Befell(now_ms, "slow_disk", "hub", now_ms + took_ms))
            self.timeline.run_for(took_ms)  # the world goes on meanwhile

    # Its death (simulator/storm/fate.py).

    def instant(self, name: str) -> None:
        """Between any two things that the hub does."""
        doom = self._doom
        if doom is None:
            return
        doom.left -= 1
        if doom.left <= 0:
            self._die(doom, name)

    def doom(self, instants: int, power_loss: bool, down_ms: int) -> None:
        """The hub dies at that instant of its own from now; a hub without work, a while later."""
        doom = self._doom = _Doom(max(1, instants), power_loss, down_ms)

        def anyway() -> None:
            if self._doom is doom and self.hub is not None:
                self._die(doom, "waiting")

        self.timeline.after(BACKUP_DOOM_MS, anyway)

    def _die(self, doom: _Doom, where: str) -> None:
        self._doom = None
        hub = self.hub
        if hub is None:
            return
        kind = "power_loss" if doom.power_loss else "hub_kill"
        now_ms = self.timeline.now_ms
        self.seen.add(Befell(now_ms, kind, where, now_ms + doom.down_ms))
        self.seen.add(HubLife(now_ms, False, where))
        grave = self._folder_of(self._lives)
        hub.store.leave(grave, doom.power_loss, self.chance.stream("torn"))
        old, self.folder = self.folder, grave
        hub.link.die(doom.power_loss)
        hub.alive = False
        self._hub_runs_at_ms = now_ms + max(1, doom.down_ms)
        shutil.rmtree(old, ignore_errors=True)
        raise Killed

    # People at screens.

    def ask(
        self,
        by: str,
        kind: str,
        data: Mapping[str, Value],
        then: Callable[[Answer | None], None] = lambda answer: None,
        version: int | None = None,
    ) -> None:
        """Somebody asks the hub for something; `then` hears the answer, or None: there was none."""
        asked_ms = self.timeline.now_ms
        self._asked += 1
        number = self._asked

        def heard(answer: Answer | None) -> None:
            self._asks.pop(number, None)
            ok, reason = (None, "") if answer is None else (answer.ok, answer.reason)
            now_ms = self.timeline.now_ms
            self.seen.add(Asked(asked_ms, now_ms, by, kind, data, ok, reason))
            then(answer)

        if self.hub is None:
            self.timeline.after(1_000, lambda: heard(None))
            return
        self._asks[number] = heard
        self.hub.ask(kind, by, data, heard, version)
