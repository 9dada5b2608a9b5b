"""Workers on their visits: buttons, telephone, and SOS at any moment.

Rule: she does what the pendant tells her, goes on when it is dead, and never gives up before her
visit is closed; what she presses is told with when it began and whether her pendant lived through
it.
"""

import threading
from collections import Counter
from random import Random

from simulator.chaos.desk import Desk, Json
from simulator.chaos.hands import JOGGED_S, press
from simulator.chaos.plot import Outing, Plot, timed
from simulator.chaos.stage import ChaosStage
from simulator.live.child import ChildFailed
from simulator.live.feed import FeedEnded

SOS = ("sos-hold", "sos-stabs")
LIKE_SOS = ("sos-let-go",)
SOS_EVERY_S = 15.0  # of each group, on average
AGAIN = 0.5  # how often she presses again soon
OTHER = 0.12  # ... lets go too soon, or presses the chord: danger that is no SOS
GO_IN_S = 6.0
TRIES = 8
HASTE = 0.3  # how often she goes in by the word on the telephone alone
AT_THE_END_S = 90.0
ENDED = frozenset({"closed", "cancelled"})
# phase -> what the person on the telephone enters to bring the visit to its end
NEXT = {
    "planned": ("cancel", {"note": "she cannot come"}),
    "on-the-way": ("cancel", {"note": "she turned back"}),
    "at-door": ("abandon", {"note": "nobody let her in"}),
    "inside": ("confirm_departure", {"then": "base"}),
    "broken-off": ("confirm_departure", {"then": "base"}),
    "leaving": ("confirm_departure", {"then": "base"}),
    "going-home": ("confirm_home", {}),
    "to-base": ("confirm_home", {}),
}


def _phase(part: Json) -> str:
    return str(part.get("phase", "planned"))


class Group:
    """Who goes on one visit together, on a thread of its own."""

    def __init__(
        self, members: tuple[str, ...], plot: Plot, stage: ChaosStage, desk: Desk, chance: Random
    ) -> None:
        self.members = members
        self._plot = plot
        self._stage = stage
        self._feed = stage.feed
        self._desk = desk
        self._chance = chance
        self._over = threading.Event()
        self._sos_s = chance.expovariate(1 / SOS_EVERY_S)
        self.counts: Counter[str] = Counter()
        name = f"visits-{members[0]}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """The visit that runs is brought to its end, and no other begun."""
        self._over.set()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def _run(self) -> None:
        number = 0
        try:
            while not self._over.is_set():
                outing = self._plot.outings[number % len(self._plot.outings)]
                number += 1
                self._visit(outing)
                self._rest(0.5, 3)
        except FeedEnded:
            return

    def _visit(self, outing: Outing) -> None:
        values = timed(outing.plan.values, self._desk.now_ms())
        values["workers"] = ",".join(self.members)
        done = self._desk.ask(outing.plan.by, "plan_visit", values)
        if done is None or not done.ok:
            self._rest(1, 3)
            return
        self.counts["visits"] += 1
        visit = done.id
        for besides in outing.besides:
            self._desk.ask(besides.by, besides.kind, {**besides.values, "visit": visit})
        if self._chance.random() < 0.8:
            self._all("a-hold")
            self._rest(0.5, 4)
        self._arrive(outing, visit)
        self._rest(1, 8 if self._chance.random() < 0.9 else 60)
        if self._chance.random() < 0.5:
            self._all(self._chance.choice(("a-short", "a-double")))
            self._rest(0.5, 3)
        self._all("d-short")
        self._rest(0.3, 3)
        self._close(visit)
        self._all("d-hold")

    def _arrive(self, outing: Outing, visit: str) -> None:
        """At the door until she is let in: by her pendant, or by the person whom she rings."""
        let_in = outing.let_in
        for _ in range(TRIES):
            start = len(self._feed)
            self._all("a-short")
            self._rest(0.3, 2)
            for member in self.members:
                values = {**let_in.values, "visit": visit, "name": self._desk.names[member]}
                if len(self.members) > 1:
                    values["worker"] = member
                self._desk.ask(let_in.by, let_in.kind, values)
            if self._phases(visit) == {"inside"} and self._chance.random() < HASTE:
                return
            if self._felt_go_in(start) or self._over.is_set():
                return
            if self._phases(visit) == {"inside"}:
                return

    def _felt_go_in(self, start: int) -> bool:
        limit_s = self._feed.now_s() + GO_IN_S
        found = self._feed.await_one(
            lambda item: (item.source, item.what, item.who) == ("feel", "go-in", self.members[0]),
            lambda: self._feed.now_s() < limit_s and not self._over.is_set(),
            start,
            take=False,
        )
        return found is not None

    def _parts(self, visit: str) -> list[Json] | None:
        """As the screen shows them; None when it shows nothing."""
        asks = self._plot.outings[0].let_in.by
        state = self._desk.look(asks, f"/visits/{visit}")
        return None if state is None else list(state["parts"])

    def _phases(self, visit: str) -> set[str]:
        return {_phase(part) for part in self._parts(visit) or ()}

    def _close(self, visit: str) -> None:
        """By telephone, act by act, for as long as it takes: nobody is left inside by a script."""
        asks = self._plot.outings[0].let_in.by
        limit_s = self._feed.now_s() + AT_THE_END_S
        while self._feed.now_s() < limit_s:
            parts = self._parts(visit)
            open_ones = [part for part in parts or () if _phase(part) not in ENDED]
            if parts is not None and not open_ones:
                self.counts["closed"] += 1
                return
            for part in open_ones:
                kind, values = NEXT[_phase(part)]
                about = {**values, "visit": visit, "worker": part["worker"]}
                self._desk.ask(asks, kind, about)
            self._pause(0.3, 0.8)

    # Hands.

    def _all(self, gesture: str) -> None:
        for member in self.members:
            self._press(member, gesture)

    def _press(self, member: str, gesture: str) -> None:
        began_s = self._feed.now_s()
        try:
            cut = press(self._stage.pendants[member].tell, gesture) > JOGGED_S
        except ChildFailed:
            cut = True
        if cut and gesture in LIKE_SOS:
            gesture = SOS[0]  # a busy machine may have made one of it
        self._feed.add("press", gesture, member, facts={"began_s": began_s, "cut": cut})
        if gesture in SOS:
            self.counts["sos"] += 1

    def _rest(self, least_s: float, most_s: float) -> None:
        """For a while; an SOS falls anywhere in it. Nothing is waited for at the end."""
        until_s = self._feed.now_s() + self._chance.uniform(least_s, most_s)
        while not self._over.is_set():
            left_s = until_s - self._feed.now_s()
            if self._sos_s <= self._feed.now_s():
                self._sos_s = self._feed.now_s() + self._chance.expovariate(1 / SOS_EVERY_S)
                self._danger()
            elif left_s <= 0:
                return
            else:
                self._over.wait(min(left_s, 0.2))

    def _danger(self) -> None:
        member = self._chance.choice(self.members)
        if self._chance.random() < OTHER:
            self._press(member, self._chance.choice(("sos-let-go", "chord", "chord-broken")))
            return
        self._press(member, self._chance.choice(SOS))
        if self._chance.random() < AGAIN:
            self._over.wait(self._chance.uniform(0, 4))
            self._press(member, self._chance.choice(SOS))

    def _pause(self, least_s: float, most_s: float) -> None:
        """Also at the end."""
        threading.Event().wait(self._chance.uniform(least_s, most_s))
