"""The notifier: its thread, and one for each send. What it decides stands in dispatch.py.

Rules: one thread decides, so that nothing in there needs a lock; no fault of a send, the database
or the machine ends it. There is one writer, so claims are kept in memory: one notifier runs beside
one engine, under the folder's lock, and what it had claimed when it died is still waiting.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from hub.clock import Clock
from hub.inbox import Inbox
from hub.notify import dispatch
from hub.notify.channels import Letter, send
from hub.notify.dispatch import Dispatch, Sending
from hub.settings import Notify
from hub.store.reader import Reader

log = logging.getLogger("hub.notify")

FAREWELL_S = 2.0


@dataclass(frozen=True, slots=True)
class NotifierHealth:
    alive: bool
    age_s: float  # since it last looked at what waits, and could
    claimed: int
    sending: int
    sent: int
    failed: int
    last_fault: str


@dataclass(frozen=True, slots=True)
class _Done:
    sending: Sending
    fault: str


Send = Callable[[str, Letter, bool], str]


class Notifier:
    """One thread decides; each send has a short-lived thread of its own."""

    def __init__(
        self,
        reader: Reader,
        inbox: Inbox,
        clock: Clock,
        settings: Notify,
        link: str,
        send_one: Send = send,
    ) -> None:
        self._dispatch = Dispatch(reader, clock.now_ms, settings, link, inbox.put)
        self._send = send_one
        self._done: queue.SimpleQueue[_Done | None] = queue.SimpleQueue()
        self._stopping = False
        self._turned_s = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Any thread: there is something to send."""
        self._done.put(None)

    def stop(self) -> None:
        """What a provider is taking just now may still be told; the rest stays in the outbox."""
        self._stopping = True
        self.wake()
        self._thread.join()
        end_s = time.monotonic() + FAREWELL_S
        while self._dispatch.sending and (left_s := end_s - time.monotonic()) > 0:
            try:
                self._take(self._done.get(timeout=left_s))
            except queue.Empty:
                return

    def health(self) -> NotifierHealth:
        counts = self._dispatch.counts
        return NotifierHealth(
            self._thread.is_alive(),
            time.monotonic() - self._turned_s,
            self._dispatch.claimed,
            self._dispatch.sending,
            counts.sent,
            counts.failed,
            counts.last_fault,
        )

    def _run(self) -> None:
        while not self._stopping:
            # The database may be busy or gone for a moment; a notifier that ends would be worse
            # than one that says so and looks again.
            try:
                for sending in self._dispatch.look(time.monotonic()):
                    self._start(sending)
                self._turned_s = time.monotonic()
            except Exception:
                log.exception("the notifier's turn failed; it looks again")
            self._wait()

    def _wait(self) -> None:
        now_s = time.monotonic()
        next_s = self._dispatch.next_s(now_s)
        timeout_s = dispatch.LOOK_EVERY_S if next_s is None else next_s - now_s
        try:
            self._take(self._done.get(timeout=timeout_s))
            while True:
                self._take(self._done.get_nowait())
        except queue.Empty:
            return

    def _take(self, done: _Done | None) -> None:
        if done is not None:
            self._dispatch.done(done.sending, done.fault, time.monotonic())

    def _start(self, sending: Sending) -> None:
        name = f"page-{sending.attempt.page.id}"
        thread = threading.Thread(target=self._send_one, args=(sending,), name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError as exc:  # no thread to be had: its place must not stay taken for that
            self._done.put(_Done(sending, f"a fault of the hub's own: {exc}"))

    def _send_one(self, sending: Sending) -> None:
        try:
            fault = self._send(sending.url, sending.letter, self._dispatch.simulation)
        except Exception as exc:  # without an answer the place it takes would be lost for good
            log.exception("page not sent page=%d", sending.attempt.page.id)
            fault = f"a fault of the hub's own: {type(exc).__name__}"
        self._done.put(_Done(sending, fault))
