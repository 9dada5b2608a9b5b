"""What the tester does to the world: radio, battery, power, flash, hub, broker, time, the diary.

The rule it keeps: one act after another, by the one thread that may start processes (the kernel
ends a child with the thread that started it), and each is on the feed before its consequences.
"""

import asyncio
import queue
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from hub.clock import MAX_SPEED
from simulator.live.child import ChildFailed
from simulator.live.faults import Faults
from simulator.live.operator import OperatorFailed
from simulator.live.stage import Stage
from simulator.panel import plans

LOOK_S = 0.2  # how often the thread looks whether it is over
SLOW_MS = 2_000
# radio on the page -> the proxy's mode and latency
RADIO = {"good": ("through", 0), "slow": ("through", SLOW_MS), "blackspot": ("cut", 0),
         "half-open": ("half-open", 0)}  # fmt: skip
OF_ALL = ("hub kill", "hub start", "broker kill", "broker start", "pages fail", "pages work")


class Refused(Exception):
    """It cannot be done now; the message says why."""


@dataclass(slots=True)
class Body:
    """What surrounds one wearer, as the page shows it."""

    radio: str = "good"
    battery_pct: int = 100
    flash_held: bool = False
    power: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    act: str
    who: str = ""
    value: str = ""


class Acts:
    """Asked from the web's thread, done by the one that calls `run`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._faults = Faults(stage)
        self._orders: queue.SimpleQueue[tuple[Order, Future[str]]] = queue.SimpleQueue()
        self.bodies = {who: Body() for who in stage.wearers}
        self.before_stop: Callable[[], None] = lambda: None  # whoever listens to the hub hangs up
        self.busy = ""  # what is being done now, in words, if it takes long

    async def ask(self, order: Order) -> str:
        """What came of it. Raises Refused."""
        answer: Future[str] = Future()
        self._orders.put((order, answer))
        return await asyncio.wrap_future(answer)

    def run(self, over: Callable[[], bool]) -> None:
        """Until it is over."""
        while not over():
            try:
                order, answer = self._orders.get(timeout=LOOK_S)
            except queue.Empty:
                continue
            try:
                answer.set_result(self.do(order))
            except (Refused, ChildFailed, OperatorFailed, OSError) as exc:
                answer.set_exception(Refused(str(exc)))
            finally:
                self.busy = ""

    def do(self, order: Order) -> str:
        if order.act in OF_ALL:
            return self._of_all(order.act)
        if order.act == "speed":
            return self._speed(order.value)
        if order.who not in self.bodies:
            raise Refused(f"nobody called {order.who!r} wears a pendant")
        body = self.bodies[order.who]
        if order.act == "radio":
            return self._radio(order.who, body, order.value)
        if order.act == "battery":
            return self._battery(order.who, body, order.value)
        if order.act == "power":
            return self._power(order.who, body, order.value == "on")
        if order.act == "flash":
            return self._flash(order.who, body, order.value == "held")
        if order.act == "plan":
            return self._plan(order.who, order.value)
        raise Refused(f"there is no act {order.act!r}")

    def _told(self, what: str, who: str = "") -> None:
        self._stage.feed.add("step", what, who, "fault")

    def _of_all(self, act: str) -> str:
        part, _, verb = act.partition(" ")
        child = {"hub": self._stage.hub.child, "broker": self._stage.broker.child}.get(part)
        if child is not None and child.alive == (verb == "start"):
            raise Refused(f"the {part} is {'running' if child.alive else 'down'} already")
        self.busy = f"The {part} is starting" if verb == "start" else ""
        self._told(act)
        self._faults.do(act)
        return ""

    def _speed(self, text: str) -> str:
        if not text.isdecimal() or not 1 <= int(text) <= MAX_SPEED:
            raise Refused(f"a speed is a whole number from 1 to {MAX_SPEED}")
        speed = int(text)
        if speed == self._stage.hub.speed:
            return ""
        self.busy = f"The hub restarts, to run at {speed} times the speed"
        self._told(f"speed {speed}")
        began_s = time.monotonic()
        self.before_stop()
        self._stage.hub.change_speed(speed)
        self._stage.speed = speed
        return (
            f"The hub was stopped and started ({time.monotonic() - began_s:.1f} s): its clock now"
            f" runs at {speed} times the speed. Nothing is lost."
        )

    def _radio(self, who: str, body: Body, radio: str) -> str:
        if radio not in RADIO:
            raise Refused(f"a radio is one of {', '.join(RADIO)}")
        mode, latency_ms = RADIO[radio]
        self._told(f"network {mode}", who)
        self._faults.do(f"network {mode}", who, {"latency_ms": latency_ms})
        body.radio = radio
        return ""

    def _battery(self, who: str, body: Body, text: str) -> str:
        if not text.isdecimal() or int(text) > 100:
            raise Refused("a battery holds from 0 to 100 per cent")
        body.battery_pct = int(text)
        self._told(f"battery {body.battery_pct}", who)
        if body.power:
            self.outfit(who)
        return ""

    def _power(self, who: str, body: Body, is_on: bool) -> str:
        if is_on == body.power:
            raise Refused(f"the power is {'on' if is_on else 'cut'} already")
        self._told("pendant start" if is_on else "pendant cut", who)
        self._faults.do("pendant start" if is_on else "pendant cut", who)
        body.power = is_on
        if is_on:
            self.outfit(who)
        return ""

    def _flash(self, who: str, body: Body, is_held: bool) -> str:
        body.flash_held = is_held
        self._told("flash hold" if is_held else "flash free", who)
        if body.power:
            self.outfit(who)
        return ""

    def outfit(self, who: str) -> None:
        """A board that has just started knows nothing of the battery and the flash around it."""
        body, pendant = self.bodies[who], self._stage.pendant(who)
        pendant.tell({"battery": body.battery_pct})
        pendant.tell({"hold_flash": body.flash_held})

    def _plan(self, who: str, kind: str) -> str:
        if kind not in plans.PLANS:
            raise Refused(f"a plan is one of {', '.join(plans.PLANS)}")
        values = plans.planned(kind, who, self._stage.feed.rule_ms())
        done = self._stage.operator(plans.OFFICE).do("plan_visit", values)
        if not done.ok:
            raise Refused(f"The hub refused: {done.reason}")
        return "Planned. It begins in two minutes of the hub's time; she may set out now."
