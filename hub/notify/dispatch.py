"""What the notifier decides: which page goes where now, which is tried again, which fate is told.

Rules: a page is told as sent only after a provider took it, so after a crash it goes out again, and
says "(repeat)"; a provider that hangs holds nobody else's page; a person without an address is
found out at once. Time is an argument (`now_s`, monotonic) and sending is somebody else's: the
notifier's threads (outbox.py), or the storm in virtual time.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from hub.inbox import PageOutcome
from hub.notify.addresses import provider_of, shown
from hub.notify.channels import Letter
from hub.notify.places import Place, Places
from hub.settings import Notify
from hub.store.reader import Reader
from hub.store.views import PageRow

log = logging.getLogger("hub.notify")

LOOK_EVERY_S = 1.0  # the engine wakes us; this is for what falls due by itself
# After the last of them the engine is told, and the ladder goes on to the next rung.
RETRY_S = (1.0, 3.0)
# A page that belongs to no alarm has no ladder that would come round again: it is tried for longer.
PATIENT_RETRY_S = (1.0, 3.0, 10.0, 30.0, 60.0, 60.0, 60.0, 120.0, 120.0)
MAX_NOTE = 200


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


@dataclass(slots=True)
class Claim:
    """A page in our hands. It stays here until its row says that the engine has noted the fate."""

    page: PageRow
    attempts: list[Attempt]
    told: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sending:
    """One send to be started now: `letter` to `url`. Its end is told to `Dispatch.done`, once."""

    url: str
    letter: Letter
    attempt: Attempt
    number: int  # of this try
    place: Place


@dataclass(slots=True)
class Counts:
    sent: int = 0
    failed: int = 0
    last_fault: str = ""


class Dispatch:
    """Used by one thread. `now_ms` is the hub's clock, for dating what is told; a page that waits
    already may have gone out by a hub that died."""

    def __init__(
        self,
        reader: Reader,
        now_ms: Callable[[], int],
        settings: Notify,
        link: str,
        tell: Callable[[PageOutcome], None],
    ) -> None:
        self._reader = reader
        self._now_ms = now_ms
        self._settings = settings
        self._link = link
        self._tell_engine = tell
        self._claims: dict[int, Claim] = {}
        self._places = Places()
        self.simulation = reader.genesis.mode == "SIMULATION"
        self.counts = Counts()
        self._repeats = {row.id for row in reader.waiting_pages(now_ms())}

    @property
    def claimed(self) -> int:
        return len(self._claims)

    @property
    def sending(self) -> int:
        """Sends that have not come back, however long ago they were given up."""
        return len(self._places)

    def look(self, now_s: float) -> list[Sending]:
        """Take what waits, give up what is late; what is to be sent now. Raises what the database
        raises, and may then be called again."""
        waiting = {row.id: row for row in self._reader.waiting_pages(self._now_ms())}
        if not waiting and not self._claims:
            return []
        for page_id in [each for each in self._claims if each not in waiting]:
            self._release(self._claims[page_id])
        for row in [each for each in waiting.values() if each.id not in self._claims]:
            self._claim(row)
        # In the order of `waiting`, or a slow provider's few places would go to whoever came first.
        order = dict.fromkeys((*waiting, *self._claims))
        found = []
        for attempt in [each for page_id in order for each in self._claims[page_id].attempts]:
            if attempt.is_sending and attempt.deadline_s <= now_s:
                limit_s = self._settings.timeout_s
                self._failed(attempt, f"no answer from the provider within {limit_s} s", now_s)
            elif not attempt.is_sending and attempt.not_before_s <= now_s:
                found += self._launch(attempt, now_s)
        return found

    def next_s(self, now_s: float) -> float | None:
        """When to look again though nobody wakes us. None: there is nothing in our hands."""
        if not self._claims:
            return None
        at_s = now_s + LOOK_EVERY_S
        for claim in self._claims.values():
            for attempt in claim.attempts:
                next_s = attempt.deadline_s if attempt.is_sending else attempt.not_before_s
                if now_s < next_s < at_s:
                    at_s = next_s
        return at_s

    def done(self, sending: Sending, fault: str, now_s: float) -> None:
        """A send came back, perhaps after we had given it up; `fault` is "" when it was taken."""
        self._places.leave(sending.place)
        attempt = sending.attempt
        claim = self._claims.get(attempt.page.id)
        if claim is None or attempt not in claim.attempts:
            return
        if not fault:
            claim.attempts.remove(attempt)
            self.counts.sent += 1
            if attempt.counts and not claim.told:
                self._tell(claim, True, shown(attempt.url))
        elif attempt.is_sending and attempt.tries == sending.number:
            self._failed(attempt, fault, now_s)

    # Claims.

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

    # Sends.

    def _launch(self, attempt: Attempt, now_s: float) -> list[Sending]:
        """One, or none while there is no room."""
        limit_s = self._settings.timeout_s
        place = self._places.enter(provider_of(attempt.url), now_s, now_s + limit_s)
        if place is None:
            # Also a fault to be told in time: the provider may hang for ever.
            attempt.deadline_s = attempt.deadline_s or now_s + limit_s
            if attempt.deadline_s <= now_s:
                attempt.tries += 1
                self._failed(attempt, "the provider still hangs in earlier pages", now_s)
            return []
        attempt.is_sending = True
        attempt.tries += 1
        attempt.deadline_s = place.deadline_s
        letter = self._letter(attempt)
        return [Sending(attempt.url, letter, attempt, attempt.tries, place)]

    def _letter(self, attempt: Attempt) -> Letter:
        row = attempt.page
        repeat = row.id in self._repeats or (attempt.tries > 1 and "no answer" in attempt.note)
        subject = ("SIMULATION: " if self.simulation else "") + row.subject
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
            "simulation": self.simulation,
            "link": link,
        }
        return Letter(subject, f"{text}\n{link}", facts)

    def _failed(self, attempt: Attempt, note: str, now_s: float) -> None:
        claim = self._claims[attempt.page.id]
        attempt.is_sending, attempt.note, attempt.deadline_s = False, note[:MAX_NOTE], 0.0
        self.counts.failed += 1
        self.counts.last_fault = f"{shown(attempt.url)}: {attempt.note}"
        log.warning("page not taken page=%d try=%d %s", attempt.page.id, attempt.tries, note)
        retries = RETRY_S if attempt.page.alarm else PATIENT_RETRY_S
        if attempt.tries <= len(retries):
            attempt.not_before_s = now_s + retries[attempt.tries - 1]
            return
        claim.attempts.remove(attempt)
        if not claim.told and not any(each.counts for each in claim.attempts):
            self._tell(claim, False, f"{shown(attempt.url)}: {attempt.note}")

    def _tell(self, claim: Claim, ok: bool, note: str) -> None:
        claim.told = True
        page = claim.page
        word = "sent" if ok else "failed"
        log.log(logging.INFO if ok else logging.ERROR, "page %s page=%d %s", word, page.id, note)
        self._tell_engine(PageOutcome(page.id, page.person, ok, note[:MAX_NOTE], self._now_ms()))
