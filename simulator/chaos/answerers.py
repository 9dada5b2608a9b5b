"""Whoever is paged: takes alarms, does what is asked for, speaks with her, ends them.

Rule: a danger is answered only once somebody's telephone has rung about it: that a person was paged
is what is to be shown. People forget, come late, and two of them take the same one.
"""

import threading
from random import Random

from hub.rules.kinds import DANGERS
from hub.rules.model import Value
from simulator.chaos.desk import Desk, Json
from simulator.chaos.stage import ChaosStage
from simulator.live.feed import FeedEnded

FORGETS = 0.4  # looks and does nothing
SPOKE: dict[str, Value] = {"means": "work-mobile", "reached": True, "result": "spoke"}
# alarm kind -> what is entered on its visit by who has spoken with her
ON_VISIT: dict[str, tuple[str, dict[str, Value]]] = {
    "departure_unconfirmed": ("confirm_departure", {"then": "base"}),
    "home_unconfirmed": ("confirm_home", {}),
    "call_back_due": ("record_contact", SPOKE),
    "finish_missed": ("record_contact", SPOKE),
    "no_arrival": ("record_contact", SPOKE),
    "check_in_missed": ("record_contact", SPOKE),
    "beat_lost": ("record_contact", SPOKE),
    "unattended": ("record_contact", SPOKE),
    "manager_now": ("record_contact", SPOKE),
}


class Answerer:
    """One person with a telephone and a screen."""

    def __init__(self, person: str, stage: ChaosStage, desk: Desk, chance: Random) -> None:
        self.person = person
        self._stage = stage
        self._desk = desk
        self._chance = chance
        self._over = threading.Event()
        self._hurry = False
        self._thread = threading.Thread(target=self._run, name=f"answers-{person}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def hurry(self) -> None:
        """Nothing is forgotten any more."""
        self._hurry = True

    def stop(self) -> None:
        self._over.set()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while not self._over.wait(self._chance.uniform(0.3, 1.5)):
                if self._hurry or self._chance.random() >= FORGETS:
                    self._look()
        except FeedEnded:
            return

    def _look(self) -> None:
        alarms = self._desk.look(self.person, "/alarms")
        for alarm in alarms or ():
            if self._over.is_set():
                return
            if not self._is_hers(alarm) and self._has_rung(alarm):
                self._answer(alarm)

    def _is_hers(self, alarm: Json) -> bool:
        return self.person in alarm.get("interested", ())

    def _has_rung(self, alarm: Json) -> bool:
        return alarm["kind"] not in DANGERS or alarm["id"] in self._stage.paged

    def _answer(self, alarm: Json) -> None:
        """One step further, as far as it is hers to go."""
        about: dict[str, Value] = {"alarm": str(alarm["id"])}
        if alarm.get("state", "open") == "open":
            self._desk.ask(self.person, "acknowledge", about)
            return
        if alarm.get("owner") != self.person and not self._chance.random() < 0.3:
            return
        if alarm.get("cases") and not alarm.get("case"):
            case = self._chance.choice(alarm["cases"])["id"]
            self._desk.ask(self.person, "choose_case", {**about, "case": case})
            return
        for task in alarm.get("tasks", ()):
            if task.get("state", "open") == "open":
                values = {**about, "task": task["id"], "note": "done", "reference": "123"}
                self._desk.ask(self.person, "do_task", values)
        self._spoke(alarm)
        over: dict[str, Value] = {"outcome": "safe", "note": "Spoke with her.", "spoke": True}
        self._desk.ask(self.person, "resolve", {**about, **over})

    def _spoke(self, alarm: Json) -> None:
        kind, values = ON_VISIT.get(alarm["kind"], ("", {}))
        if kind and alarm.get("visit"):
            about = {"visit": alarm["visit"], "worker": alarm.get("worker", "")}
            self._desk.ask(self.person, kind, {**values, **about})
        elif alarm["kind"] in DANGERS and not alarm.get("silent"):
            self._desk.ask(self.person, "record_contact", {"alarm": alarm["id"], **SPOKE})
