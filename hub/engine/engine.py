"""`Engine`: items in, one transaction, what is to be done afterwards out. No clock, no network.

Rule: `turn` is a function of the store, the items and `now_ms`; the same seed of ids gives the same
log, byte for byte. It either commits everything or changes nothing: a turn that raises has been
rolled back, its caches dropped, and the items may be given again.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from hub.engine import (
    adopting,
    commands,
    intake,
    keeping,
    outcomes,
    recovery,
    registers,
    standings,
    timers,
)
from hub.engine.afterwards import Afterwards
from hub.engine.daylight import Place
from hub.engine.state import State
from hub.engine.turn import Turn
from hub.ids import Ids
from hub.inbox import Command, FromPendant, Item, LinkChanged, NewPolicy, PageOutcome
from hub.policy.model import Policy
from hub.store.store import Store

log = logging.getLogger("hub.engine")


@dataclass(slots=True)
class _Doubt:
    """Visits still to be asked after the clock jumped; alarms still to be paged again after an
    outage, most dangerous first."""

    visits: list[str] = field(default_factory=list)
    by_ms: int = 0
    alarms: list[str] = field(default_factory=list)
    blind_from_ms: int = 0

    def __bool__(self) -> bool:
        return bool(self.visits or self.alarms)


class Engine:
    """Used by one thread at a time. `speed`: of the clock whose times it is given. `place`: where
    the organisation is, for sunset."""

    def __init__(
        self, store: Store, ids: Ids, policy: Policy, speed: int = 1, place: Place | None = None
    ) -> None:
        self.store = store
        self.state = State(store)
        self._ids = ids
        self._policy = policy
        self._speed = speed
        self._place = place
        self._blind = False
        self._terms_stored = False
        self._doubt = _Doubt()
        self.is_first_start = not store.meta("last_ms")
        self.blind_from_ms = store.last_commit_ms  # nobody watched from here until `recover`
        self.last_ms = self.blind_from_ms
        self.state.terms[policy.terms_id] = policy

    def turn(self, items: Sequence[Item], now_ms: int) -> Afterwards:
        """Decide the items, then what is due, and commit. Raises whatever stopped it."""

        def decide(turn: Turn) -> None:
            self._take(turn, items)
            self._fire(turn)

        return self._within(now_ms, decide)

    def drain(self, items: Sequence[Item], now_ms: int) -> Afterwards:
        """A turn after a start and before `recover`: nothing falls due yet, because what the broker
        kept for us may say that she is well."""
        return self._within(now_ms, lambda turn: self._take(turn, items))

    def recover(self, now_ms: int, blind_from_ms: int | None = None) -> Afterwards:
        """Once after a start, when the broker's backlog has been taken: what fell due while the
        hub was down fires, most dangerous first, and goes on in the next turns until all has."""
        since_ms = self.blind_from_ms if blind_from_ms is None else blind_from_ms

        def decide(turn: Turn) -> None:
            recovery.watch_again(turn)
            keeping.adopt(turn)
            if not self.is_first_start:
                self._doubt = _Doubt(
                    alarms=recovery.recover(turn, since_ms), blind_from_ms=since_ms
                )
            turn.blind = True
            self._fire(turn)

        after = self._within(now_ms, decide)
        self.is_first_start = False
        return after

    def due(self, now_ms: int) -> Afterwards:
        """A turn for nothing but what is due."""
        return self.turn((), now_ms)

    def next_due_ms(self) -> int | None:
        """When a turn is needed though nothing arrives."""
        if self._doubt:
            return self.last_ms
        row = self.store.one("SELECT MIN(due_ms) FROM deadline")
        earliest_ms = None if row is None or row[0] is None else int(row[0])
        return timers.next_ms(self._speed, earliest_ms, self.state.watch.oldest_ms())

    def clock_jumped(self, now_ms: int, by_ms: int) -> Afterwards:
        """The clock moved against the monotonic one: an alarm, and every running visit is asked."""
        found: list[str] = []
        after = self._within(now_ms, lambda turn: found.extend(recovery.jumped(turn, by_ms)))
        self._doubt = replace(self._doubt, visits=found, by_ms=by_ms)
        return after

    def failed(self, item: Item, fault: str, now_ms: int) -> Afterwards:
        """An item that stops every turn it is in: kept, told, acknowledged; an SOS still pages."""
        return self._within(now_ms, lambda turn: outcomes.failed(turn, item, fault))

    def due_singly(self, now_ms: int) -> Iterator[Afterwards]:
        """What is due, a turn for each: the one that no turn survives is put off and told, so that
        it cannot hold up the deadlines of everybody else."""
        for due in timers.earliest(self.store, now_ms):
            try:
                yield self._within(now_ms, partial(timers.fire_one, due=due))
            except sqlite3.Error:
                raise
            except Exception as exc:  # a fault of ours in one must not hold up the others
                log.exception("the deadline %s of %s cannot be decided: put off", due[3], due[2])
                yield self._within(now_ms, partial(timers.set_aside, due=due, fault=repr(exc)))

    # Parts of a turn.

    def _within(self, now_ms: int, decide: Callable[[Turn], None]) -> Afterwards:
        """Begin, decide, write, commit; or undo everything."""
        now_ms = max(now_ms, self.last_ms)
        doubt = replace(
            self._doubt, visits=list(self._doubt.visits), alarms=list(self._doubt.alarms)
        )
        self.store.begin()
        try:
            turn = Turn(
                self.state, self._ids, self._policy, now_ms, self._speed, self._blind, self._place
            )
            self._store_terms(turn)
            decide(turn)
            standings.settle(turn)
            standings.repeat(turn)
            self._write(turn)
            self.store.commit()
        except BaseException:
            self.store.rollback()
            self.state.forget()
            self._doubt = doubt
            raise
        self.last_ms = now_ms
        self._policy = turn.policy
        self._terms_stored = True
        self._blind = turn.overdue
        self.state.trim()
        registers.trim(self.state)
        return turn.after

    def _take(self, turn: Turn, items: Sequence[Item]) -> None:
        for item in items:
            if isinstance(item, FromPendant):
                intake.take(turn, item)
            elif isinstance(item, Command):
                commands.take(turn, item)
            elif isinstance(item, PageOutcome):
                outcomes.page(turn, item)
            elif isinstance(item, LinkChanged):
                outcomes.link(turn, item)
            elif isinstance(item, NewPolicy):
                adopting.adopt(turn, item)

    def _fire(self, turn: Turn) -> None:
        if self._doubt.alarms:
            recovery.page_again(turn, self._doubt.alarms, self._doubt.blind_from_ms)
        timers.collect(turn)
        count = timers.fire(turn)
        turn.overdue = turn.blind and count >= timers.MAX_DUE
        timers.silence(turn)
        if self._doubt.visits:
            recovery.ask(turn, self._doubt.visits, self._doubt.by_ms)

    def _write(self, turn: Turn) -> None:
        turn.changes.meta["last_ms"] = str(turn.now_ms)
        if turn.changes.log:
            head = self.state.head
            turn.changes.meta["head"] = f"{head.seq} {head.digest.hex()}"
        turn.changes.write(self.store)

    def _store_terms(self, turn: Turn) -> None:
        if not self._terms_stored:
            adopting.store_terms(turn, self._policy)
