"""The notifier: takes waiting pages from the outbox, sends them, tells the engine how it went.

Rules: a page is marked sent only after a provider took it, so after a crash it goes out again, and
says "(repeat)"; a provider that hangs holds nobody else's page; a person without an address is
found out at once. There is one writer, so claims are kept here in memory: one notifier runs beside
one engine, under the folder's lock, and what it had claimed when it died is still waiting.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from hub.clock import Clock
from hub.inbox import Inbox, PageOutcome
from hub.notify.addresses import provider_of, shown
from hub.notify.channels import Letter, send
from hub.settings import Notify
from hub.store.reader import Reader
from hub.store.views import PageRow

log = logging.getLogger("hub.notify")

LOOK_EVERY_S = 1.0  # the engine wakes us; this is for what falls due by itself
SENDS_AT_ONCE = 64
SENDS_PER_PROVIDER = 8  # so many may hang before that provider gets no more; others go on
# After the last of them the engine is told, and the ladder goes on to the next rung.
RETRY_S = (1.0, 3.0)
# A page that belongs to no alarm has no ladder that would come round again: it is tried for longer.
PATIENT_RETRY_S = (1.0, 3.0, 10.0, 30.0, 60.0, 60.0, 60.0, 120.0, 120.0)
MAX_NOTE = 200
FAREWELL_S = 2.0


@dataclass(slots=True, eq=False)
class Attempt:
    """One page to one address, until it is taken or given up. `counts`: it reaches the person."""

    page: PageRow
    url: str
    counts: bool
    tries: int = 0
    not_before_s: float = 0.0
    deadline_s: float = 0.0
    is_sending: bool = False
    note: str = ""

    @property
    def provider(self) -> str:
        return provider_of(self.url)


@dataclass(slots=True)
class Claim:
    """A page in our hands. It stays here until its row says that the engine has noted the fate."""

    page: PageRow
    attempts: list[Attempt]
    told: bool = False


@dataclass(frozen=True, slots=True)
class NotifierHealth:
    alive: bool
    age_s: float  # since it last looked at what waits, and could
    claimed: int
    sending: int
    sent: int
    failed: int
    last_fault: str


@dataclass(slots=True)
class _Done:
    attempt: Attempt
    try_number: int
    fault: str


Send = Callable[[str, Letter, bool], str]


@dataclass(slots=True)
class _Counts:
    sent: int = 0
    failed: int = 0
    last_fault: str = ""
    sending: dict[str, int] = field(default_factory=dict)  # provider -> threads still inside it


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
        self._reader = reader
        self._inbox = inbox
        self._clock = clock
        self._settings = settings
        self._link = link
        self._send = send_one
        self._simulation = reader.genesis.mode == "SIMULATION"
        self._claims: dict[int, Claim] = {}
        self._done: queue.SimpleQueue[_Done | None] = queue.SimpleQueue()
        self._counts = _Counts()
        self._stopping = False
        self._turned_s = time.monotonic()
        # What waited before we began may have gone out already, by a notifier that died.
        self._repeats = {row.id for row in reader.waiting_pages(clock.now_ms())}
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
        while sum(self._counts.sending.values()) and (left_s := end_s - time.monotonic()) > 0:
            try:
                done = self._done.get(timeout=left_s)
            except queue.Empty:
                return
            if done is not None:
                self._take(done)

    def health(self) -> NotifierHealth:
        counts = self._counts
        return NotifierHealth(
            self._thread.is_alive(),
            time.monotonic() - self._turned_s,
            len(self._claims),
            sum(counts.sending.values()),
            counts.sent,
            counts.failed,
            counts.last_fault,
        )

    def _run(self) -> None:
        while not self._stopping:
            # The database may be busy or gone for a moment; a notifier that ends would be worse
            # than one that says so and looks again.
            try:
                self._turn()
                self._turned_s = time.monotonic()
            except Exception:
                log.exception("the notifier's turn failed; it looks again")
            self._wait()

    def _wait(self) -> None:
        timeout_s = LOOK_EVERY_S
        now_s = time.monotonic()
        for attempt in self._open_attempts():
            next_s = attempt.deadline_s if attempt.is_sending else attempt.not_before_s
            if next_s > now_s:
                timeout_s = min(timeout_s, next_s - now_s)
        try:
            done = self._done.get(timeout=timeout_s)
            while True:
                if done is not None:
                    self._take(done)
                done = self._done.get_nowait()
        except queue.Empty:
            return

    def _open_attempts(self) -> list[Attempt]:
        return [attempt for claim in self._claims.values() for attempt in claim.attempts]

    def _turn(self) -> None:
        waiting = {row.id: row for row in self._reader.waiting_pages(self._clock.now_ms())}
        for page_id in [each for each in self._claims if each not in waiting]:
            self._release(self._claims[page_id])
        for row in [each for each in waiting.values() if each.id not in self._claims]:
            self._claim(row)
        now_s = time.monotonic()
        # In the order of `waiting`, or a slow provider's few places would go to whoever came first.
        order = dict.fromkeys((*waiting, *self._claims))
        for attempt in [each for page_id in order for each in self._claims[page_id].attempts]:
            if attempt.is_sending and attempt.deadline_s <= now_s:
                limit_s = self._settings.timeout_s
                self._failed(attempt, f"no answer from the provider within {limit_s} s")
            elif not attempt.is_sending and attempt.not_before_s <= now_s:
                self._launch(attempt)

    def _release(self, claim: Claim) -> None:
        """The row waits no more: the engine has noted the fate, or withdrawn an unsent page."""
        if not claim.told:
            claim.attempts = [attempt for attempt in claim.attempts if attempt.is_sending]
        if not claim.attempts:
            del self._claims[claim.page.id]

    def _claim(self, row: PageRow) -> None:
        person = self._reader.person(row.person)
        urls = person.pages if person is not None and person.active else ()
        attempts = [Attempt(row, url, counts=True) for url in urls]
        attempts += [Attempt(row, url, counts=False) for url in self._settings.copy_to]
        claim = self._claims[row.id] = Claim(row, attempts)
        if not urls:
            self._tell(claim, False, "has no address to be paged at")

    def _launch(self, attempt: Attempt) -> None:
        sending = self._counts.sending
        inside = sending.get(attempt.provider, 0)
        if inside >= SENDS_PER_PROVIDER or sum(sending.values()) >= SENDS_AT_ONCE:
            # Also a fault to be told in time: the provider may hang for ever.
            attempt.deadline_s = attempt.deadline_s or time.monotonic() + self._settings.timeout_s
            if attempt.deadline_s <= time.monotonic():
                attempt.tries += 1
                self._failed(attempt, "the provider still hangs in earlier pages")
            return
        attempt.is_sending = True
        attempt.tries += 1
        attempt.deadline_s = time.monotonic() + self._settings.timeout_s
        sending[attempt.provider] = inside + 1
        name = f"page-{attempt.page.id}"
        args = (attempt, attempt.tries, self._letter(attempt))
        threading.Thread(target=self._send_one, args=args, name=name, daemon=True).start()

    def _letter(self, attempt: Attempt) -> Letter:
        row = attempt.page
        repeat = row.id in self._repeats or (attempt.tries > 1 and "no answer" in attempt.note)
        subject = ("SIMULATION: " if self._simulation else "") + row.subject
        where = f"alarms/{row.alarm}" if row.alarm else f"visits/{row.visit}"
        link = f"{self._link}/{where}" if row.alarm or row.visit else self._link
        text = row.body + (" (repeat)" if repeat else "")
        facts: dict[str, str | int | bool] = {
            "page": row.id,
            "alarm": row.alarm,
            "visit": row.visit,
            "person": row.person,
            "role": row.role,
            "step": row.step,
            "round": row.round,
            "created_ms": row.created_ms,
            "copy": not attempt.counts,
            "repeat": repeat,
            "simulation": self._simulation,
            "link": link,
        }
        return Letter(subject, f"{text}\n{link}", facts)

    def _send_one(self, attempt: Attempt, try_number: int, letter: Letter) -> None:
        try:
            fault = self._send(attempt.url, letter, self._simulation)
        except Exception as exc:  # without an answer the place it takes would be lost for good
            log.exception("page not sent page=%d", attempt.page.id)
            fault = f"a fault of the hub's own: {type(exc).__name__}"
        self._done.put(_Done(attempt, try_number, fault))

    def _take(self, done: _Done) -> None:
        """A send came back, perhaps after we had given it up."""
        attempt = done.attempt
        self._counts.sending[attempt.provider] -= 1
        claim = self._claims.get(attempt.page.id)
        if claim is None or attempt not in claim.attempts:
            return
        if not done.fault:
            claim.attempts.remove(attempt)
            self._counts.sent += 1
            if attempt.counts and not claim.told:
                self._tell(claim, True, shown(attempt.url))
        elif attempt.is_sending and attempt.tries == done.try_number:
            self._failed(attempt, done.fault)

    def _failed(self, attempt: Attempt, note: str) -> None:
        claim = self._claims[attempt.page.id]
        attempt.is_sending, attempt.note, attempt.deadline_s = False, note[:MAX_NOTE], 0.0
        self._counts.failed += 1
        self._counts.last_fault = f"{shown(attempt.url)}: {attempt.note}"
        log.warning("page not taken page=%d try=%d %s", attempt.page.id, attempt.tries, note)
        retries = RETRY_S if attempt.page.alarm else PATIENT_RETRY_S
        if attempt.tries <= len(retries):
            attempt.not_before_s = time.monotonic() + retries[attempt.tries - 1]
            return
        claim.attempts.remove(attempt)
        if not claim.told and not any(each.counts for each in claim.attempts):
            self._tell(claim, False, f"{shown(attempt.url)}: {attempt.note}")

    def _tell(self, claim: Claim, ok: bool, note: str) -> None:
        claim.told = True
        page = claim.page
        word = "sent" if ok else "failed"
        log.log(logging.INFO if ok else logging.ERROR, "page %s page=%d %s", word, page.id, note)
        now_ms = self._clock.now_ms()
        self._inbox.put(PageOutcome(page.id, page.person, ok, note[:MAX_NOTE], now_ms))
