"""The lives of the hub's process: killed at any instant, its start included.

Rule: the hub runs from the moment its process does, not from when somebody waited for it; that it
answers again is found out beside the run. That it ends by itself is a violation.
"""

import threading

from simulator.live.feed import Feed
from simulator.live.hub import Hub

LOOK_S = 0.1


class HubLives:
    """All of it from the main thread but the waiting."""

    def __init__(self, hub: Hub, feed: Feed) -> None:
        self._hub = hub
        self._feed = feed
        self._life = 0
        self._wanted = True
        self._frozen = False
        self._lock = threading.Lock()
        self.is_up = True

    def kill(self) -> None:
        with self._lock:
            self._life += 1
            self._wanted = self.is_up = False
        self._hub.kill()

    def begin(self) -> None:
        """Starts it; `is_up` once it answers."""
        with self._lock:
            self._life += 1
            self._wanted = True
        self._feed.add("process", "begun", "hub")
        self._hub.begin()
        threading.Thread(target=self._wait, args=(self._life,), name="hub-up", daemon=True).start()

    def freeze(self) -> None:
        self._frozen = True
        self._hub.child.freeze()

    def thaw(self) -> None:
        self._hub.child.thaw()
        self._frozen = False

    def ended_by_itself(self) -> str:
        """Its last words, or "" while it is as it should be."""
        if not self._wanted or self._hub.child.alive:
            return ""
        return self._hub.child.last_words() or "it said nothing"

    def _wait(self, life: int) -> None:
        pause = threading.Event()
        while True:
            pause.wait(LOOK_S)
            if not self._hub.child.alive or self._life != life:
                return
            if not self._frozen and self._hub.answers():
                break
        with self._lock:
            if self._life == life:
                self._hub.is_up()
                self.is_up = True
