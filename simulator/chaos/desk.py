"""People at their screens: what they ask of the hub, and what came of it, for whoever checks later.

Rule: a request is told with when it was made and when it was answered; no answer is told as that.
One person does one thing at a time.
"""

import threading
from collections.abc import Mapping
from typing import Any

from hub.rules.model import Value
from simulator.chaos.stage import ChaosStage
from simulator.live.operator import Done, OperatorFailed

Json = dict[str, Any]  # as the API gives it


class Desk:
    """Everybody who may sit at a screen."""

    def __init__(self, stage: ChaosStage) -> None:
        self._stage = stage
        self._feed = stage.feed
        self._locks = {person: threading.Lock() for person in stage.hub.people}
        self.names = dict(stage.hub.people)
        self.refusals: dict[str, int] = {}  # "command: reason" -> how often

    def now_ms(self) -> int:
        """The hub's time."""
        return self._stage.hub.follower.rule_ms()

    def ask(self, by: str, kind: str, values: Mapping[str, Value]) -> Done | None:
        """None when the hub gave no answer: it may have been done all the same."""
        with self._locks[by]:
            began_s = self._feed.now_s()
            done: Done | None
            try:
                done = self._stage.operator(by).do(kind, values)
            except OperatorFailed as failed:
                done, reason = None, str(failed)
            else:
                reason = done.reason
        ok = None if done is None else done.ok
        facts = {"began_s": began_s, "data": dict(values), "ok": ok}
        self._feed.add("asked", kind, by, reason, facts=facts)
        if ok is False:
            said = f"{kind}: {reason}"
            self.refusals[said] = self.refusals.get(said, 0) + 1
        return done

    def look(self, by: str, path: str) -> Any:
        """What the API shows her; None when it shows nothing."""
        with self._locks[by]:
            try:
                return self._stage.operator(by).get(path)
            except (OperatorFailed, ValueError):
                return None

    def log_in(self, people: list[str]) -> None:
        self._stage.log_in(people)
