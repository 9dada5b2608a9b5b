"""How soon each fault of a network is noticed, and how soon all is well again: measured on the real
firmware over mutual TLS, through the fault proxy (simulator/live/proxy.py).

For each fault two rounds: in the first nobody presses, and what is measured is how soon the link is
given up; in the second SOS is pressed as the fault begins. Several pendants suffer it side by side.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from firmware.mqtt import (
    ACK_MS,
    BACKOFF_LIMIT_MS,
    CONNECT_MS,
    PING_AFTER_MS,
    TURN_MS,
)
from firmware.pendant.truths import NOT_SENT_MS
from simulator.live.scenario import WORLDS
from simulator.live.stage import Stage

WORLD = WORLDS / "exeter.toml"
WEARERS = ("bea", "dai", "ines")
LATE_S = 1.5  # of a busy machine, on top of each budget
IDLE_S = 20.0  # of the first round: longer than the longest silence
HELD_S = 12.0  # of the second round: "not sent" is felt in it
PATIENCE_S = 40.0
CALM_S = 9.0  # between rounds: a link that has stood so long starts its back-off anew

# What must be noticed by then, in seconds, whoever keeps silent: a ping after a silence, and its
# answer. With something on its way (a press, a beat) the answer alone.
NOTICED_S = (PING_AFTER_MS + ACK_MS + TURN_MS) / 1000
NOTICED_PRESSED_S = (ACK_MS + TURN_MS) / 1000
# From the fault's end: an attempt that it spoilt runs out, a back-off at its limit, another one.
BACK_S = (CONNECT_MS + ACK_MS + BACKOFF_LIMIT_MS + TURN_MS) / 1000
NOT_SENT_S = 2.5 + NOT_SENT_MS / 1000  # the gesture and its window; then the core's own patience


@dataclass(frozen=True, slots=True)
class Fault:
    """`loses`: the link is lost by it. `lasts`: until it is mended; else it is over at once."""

    name: str
    mode: str
    said: str
    loses: bool = True
    lasts: bool = True
    latency_ms: int = 0


FAULTS = (
    Fault("reset", "reset", "connections are reset, new ones pass", lasts=False),
    Fault("half packet", "half-packet", "a packet stops in its middle; new connections pass",
          lasts=False),
    Fault("cut", "cut", "connections are reset and refused"),
    Fault("stall", "stall", "bytes wait, connections too"),
    Fault("half-open", "half-open", "bytes vanish, nobody is told"),
    Fault("black hole", "black-hole", "bytes vanish, and nobody answers who tries to connect"),
    Fault("frozen broker", "freeze", "the broker accepts connections and answers nobody"),
    Fault("latency 400 ms", "through", "each piece so much late, each way", loses=False,
          latency_ms=400),
    Fault("byte by byte", "byte-by-byte", "each byte a segment of its own, 1 ms apart",
          loses=False),
)  # fmt: skip


COLUMNS = (
    "fault", "what happens", "noticed, nobody pressing", "noticed, SOS pressed",
    "`not-sent` felt", "linked again", "`hub-has-it` felt",
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """Seconds, one of each pendant. `noticed`: from the fault to the link given up, nobody
    pressing; `pressed`: the same, SOS pressed; `not_sent`: from the press to "not sent" felt;
    `back`, `receipt`: from the fault's end (or its beginning, if it has none) to the link and to
    "the hub has it"."""

    fault: Fault
    noticed: list[float] = field(default_factory=list)
    pressed: list[float] = field(default_factory=list)
    not_sent: list[float] = field(default_factory=list)
    back: list[float] = field(default_factory=list)
    receipt: list[float] = field(default_factory=list)

    def over_budget(self) -> list[str]:
        """What took longer than docs/link.md allows."""
        allowed = {
            "noticed": NOTICED_S, "pressed": max(NOTICED_S, NOTICED_PRESSED_S),
            "not_sent": NOT_SENT_S, "back": BACK_S, "receipt": BACK_S,
        }  # fmt: skip
        return [
            f"{self.fault.name}: {name} {max(found):.1f} s, allowed {limit:.1f} s"
            for name, limit in allowed.items()
            if (found := getattr(self, name)) and max(found) > limit + LATE_S
        ]


Say = Callable[[str], None]


class Bench:
    """One stage, one fault after the other."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._feed = stage.feed

    def measure(self, fault: Fault) -> Row:
        row = Row(fault)
        if fault.loses:
            self._calm()
            self._idle(row)
        self._calm()
        self._pressed(row)
        return row

    def _idle(self, row: Row) -> None:
        since, began_s = len(self._feed), self._feed.now_s()
        self._begin(row.fault)
        limit_s = began_s + IDLE_S
        for who in WEARERS:
            row.noticed.append(self._must("link", "down", who, since, limit_s) - began_s)
        ended_s = began_s
        if row.fault.lasts:
            ended_s = self._feed.now_s()
            self._end(row.fault)
            since = len(self._feed)
        limit_s = ended_s + PATIENCE_S
        for who in WEARERS:
            row.back.append(self._must("link", "up", who, since, limit_s) - ended_s)

    def _pressed(self, row: Row) -> None:
        fault, feed = row.fault, self._feed
        since, began_s = len(feed), feed.now_s()
        self._begin(fault)
        hands = [
            threading.Thread(target=self._stage.pendant(who).press, args=("sos-stabs",))
            for who in WEARERS
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        if fault.lasts:
            time.sleep(max(0.0, began_s + HELD_S - feed.now_s()))  # the fault's own length
        ended_s = feed.now_s() if fault.lasts and fault.loses else began_s
        if fault.lasts:
            self._end(fault)
        for who in WEARERS:
            receipt_s = self._must("feel", "hub-has-it", who, since, feed.now_s() + PATIENCE_S)
            row.receipt.append(receipt_s - ended_s)
            down_s = self._at("link", "down", who, since, feed.now_s())
            if down_s is not None:
                row.pressed.append(down_s - began_s)
            felt_s = self._at("feel", "not-sent", who, since, feed.now_s())
            if felt_s is not None:
                row.not_sent.append(felt_s - began_s)

    def _begin(self, fault: Fault) -> None:
        if fault.mode == "freeze":
            self._stage.broker.freeze()
            return
        for who in WEARERS:
            self._stage.proxies[who].set(fault.mode, fault.latency_ms)

    def _end(self, fault: Fault) -> None:
        if fault.mode == "freeze":
            self._stage.broker.thaw()
        for who in WEARERS:
            self._stage.proxies[who].set("through")

    def _calm(self) -> None:
        """Everybody linked, for long enough that nothing of the last round is left."""
        for who in WEARERS:
            self._stage.proxies[who].set("through")
        since = self._feed.now_s()
        while True:
            links = {who: self._link(who) for who in WEARERS}
            at_s = [at_s for up, at_s in links.values() if up]
            if len(at_s) == len(WEARERS) and self._feed.now_s() - max([*at_s, since]) >= CALM_S:
                return
            if self._feed.now_s() - since > PATIENCE_S:
                raise TimeoutError(f"not everybody is linked: {links}")
            self._feed.await_one(lambda item: False, _once(), len(self._feed))

    def _link(self, who: str) -> tuple[bool, float]:
        """Whether her link is up, and since when it is as it is."""
        told = [item for item in self._feed.all() if item.source == "link" and item.who == who]
        return (told[-1].what == "up", told[-1].at_s) if told else (False, 0.0)

    def _must(self, source: str, what: str, who: str, since: int, limit_s: float) -> float:
        found = self._at(source, what, who, since, limit_s)
        if found is None:
            said = self._stage.pendant(who).child.last_words()
            raise TimeoutError(f"{who}: no {source} {what}\n{said}")
        return found

    def _at(self, source: str, what: str, who: str, since: int, limit_s: float) -> float | None:
        found = self._feed.await_one(
            lambda item: (item.source, item.what, item.who) == (source, what, who),
            lambda: self._feed.now_s() < limit_s,
            since,
            take=False,
        )
        return None if found is None else found.at_s


def _once() -> Callable[[], bool]:
    left = [True]
    return lambda: bool(left and left.pop())


def measured(names: tuple[str, ...], say: Say) -> list[Row]:
    """Each of these faults, or all; over mutual TLS."""
    rows = []
    with Stage(WORLD, WEARERS, 1, beat_s=10, tls=True) as stage:
        bench = Bench(stage)
        for fault in FAULTS:
            if not names or fault.name in names:
                say(f"{fault.name} ...")
                rows.append(bench.measure(fault))
    return rows


def as_json(rows: list[Row]) -> Mapping[str, object]:
    return {
        "budget_s": {"noticed": NOTICED_S, "pressed": NOTICED_PRESSED_S, "back": BACK_S,
                     "not_sent": NOT_SENT_S},
        "faults": [
            {"fault": row.fault.name, "noticed_s": _rounded(row.noticed),
             "pressed_s": _rounded(row.pressed), "not_sent_s": _rounded(row.not_sent),
             "back_s": _rounded(row.back), "receipt_s": _rounded(row.receipt)}
            for row in rows
        ],
        "over_budget": [said for row in rows for said in row.over_budget()],
    }  # fmt: skip


def lines(rows: list[Row]) -> list[str]:
    """The table of docs/link.md."""
    made = [
        f"| {' | '.join(COLUMNS)} |",
        "|" + "---|" * len(COLUMNS),
    ]
    for row in rows:
        cells = (row.noticed, row.pressed, row.not_sent, row.back, row.receipt)
        told = " | ".join(_worst(found) for found in cells)
        made.append(f"| {row.fault.name} | {row.fault.said} | {told} |")
    return made


def _worst(found: list[float]) -> str:
    return f"{max(found):.1f} s" if found else "–"


def _rounded(found: list[float]) -> list[float]:
    return [round(each, 2) for each in found]
