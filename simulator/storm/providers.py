"""The world's messengers: the hub's own dispatcher, and providers that fail, hang, lie and delay.

Rule: a page reaches a telephone only through here; what a provider did with it is the world's
secret, and what the hub was told of it is what the hub knows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from hub.inbox import PageOutcome
from hub.notify.dispatch import Dispatch, Sending
from hub.settings import Notify
from hub.store.reader import Reader
from simulator.storm.fate import Fate
from simulator.storm.rates import Rates
from simulator.storm.seen import Befell, Delivered, Handed, Seen, Taken
from simulator.storm.timeline import Due, Timeline

LINK = "https://hub.invalid"
TAKEN_MS = (80, 1_500)  # from handing a page over to the provider's answer
CARRIED_MS = (300, 4_000)  # from there to the telephone
# What hangs comes to nothing in the end: by the sockets' own limits (notify/channels.py: 4 s and
# 5 s), or, where a little arrives now and then, minutes later.
HANGS_MS = (9_000, 300_000)
IDLE_LOOK_MS = 60_000  # the real one looks each second; with nothing in hand that changes nothing


@dataclass(frozen=True)
class Post:
    """What providers need of the world. `deliver`: a telephone rings. `fails`: nothing is taken
    at all just now."""

    timeline: Timeline
    rates: Rates
    seen: Seen
    random: Random
    deliver: Callable[[Delivered], None]
    fails: Callable[[], bool]


class Providers:
    """Of one life of the hub: the notifier's thread in virtual time."""

    def __init__(
        self,
        reader: Reader,
        put: Callable[[PageOutcome], None],
        now_ms: Callable[[], int],
        post: Post,
        fate: Fate,
    ) -> None:
        self._reader, self._put, self._now_ms = reader, put, now_ms
        self._post = post
        self._fate = fate
        self._timeline = post.timeline
        self._alive = True
        self._look: Due | None = None
        self._dispatch: Dispatch | None = None

    def start(self) -> None:
        """As hub.app does, before the engine's first turn."""
        notify = Notify()
        self._dispatch = Dispatch(self._reader, self._now_ms, notify, LINK, self._told)
        self.wake()

    def wake(self) -> None:
        self._look_at(self._timeline.now_ms)

    def die(self) -> None:
        self._alive = False
        if self._look is not None:
            self._look.cancel()

    def _told(self, outcome: PageOutcome) -> None:
        self._fate.instant("tell the outcome")
        self._put(outcome)
        self._fate.instant("told the outcome")

    def _look_at(self, at_ms: int) -> None:
        if self._look is not None and self._look.is_waiting:
            if self._look.at_ms <= at_ms:
                return
            self._look.cancel()
        self._look = self._timeline.at(at_ms, self._turn)

    def _turn(self) -> None:
        if not self._alive or self._dispatch is None:
            return
        now_s = self._timeline.now_ms / 1000
        for sending in self._dispatch.look(now_s):
            self._fate.instant("send")
            self._send(sending)
            self._fate.instant("handed over")
        next_s = self._dispatch.next_s(now_s)
        wait_ms = IDLE_LOOK_MS if next_s is None else max(1, round((next_s - now_s) * 1000))
        self._look_at(self._timeline.now_ms + wait_ms)

    def _send(self, sending: Sending) -> None:
        """What becomes of one page at its provider."""
        post, rates, random = self._post, self._post.rates, self._post.random
        facts = sending.letter.facts
        post.seen.add(Handed(self._timeline.now_ms, str(facts["person"]), facts))
        after_ms = random.randint(*TAKEN_MS)
        chance = random.random()
        limits = (
            ("page_fails", rates.page_fails),
            ("page_hangs", rates.page_hangs),
            ("page_lies", rates.page_lies),
            ("page_late", rates.page_late),
        )
        fate = "page_fails" if post.fails() else ""
        for kind, rate in limits:
            if not fate and chance < rate:
                fate = kind
            chance -= rate
        if fate:
            person = sending.attempt.page.person
            post.seen.add(Befell(self._timeline.now_ms, fate, person))
        fault = {"page_fails": "refused by the provider", "page_hangs": "no answer"}.get(fate, "")
        answers_ms = random.randrange(*HANGS_MS) if fate == "page_hangs" else after_ms
        self._timeline.after(answers_ms, lambda: self._came_back(sending, fault))
        if fate in ("", "page_late"):
            after_ms += random.randint(*CARRIED_MS)
            if fate:
                after_ms += random.randrange(rates.page_late_ms)
            self._timeline.after(after_ms, lambda: self._arrives(sending))

    def _arrives(self, sending: Sending) -> None:
        """On the telephone, whether or not the hub still lives."""
        letter = sending.letter
        page = Delivered(
            self._timeline.now_ms,
            str(letter.facts["person"]),
            letter.subject,
            letter.text,
            letter.facts,
        )
        self._post.seen.add(page)
        self._post.deliver(page)

    def _came_back(self, sending: Sending, fault: str) -> None:
        page = sending.attempt.page
        self._post.seen.add(Taken(self._timeline.now_ms, page.id, page.person, not fault))
        if not self._alive or self._dispatch is None:
            return
        self._dispatch.done(sending, fault, self._timeline.now_ms / 1000)
        # The real thread looks after each answer.
        self._look_at(self._timeline.now_ms)
