"""Events on their way to the hub: sealed once, on flash first, resent until the signed receipt.

Rules it keeps: alarms go first and are never dropped; routine events make room for newer ones and
are counted; what is sent is the bytes that were sealed, over any number of links and boots.
"""

from protocol import codec
from protocol.messages import ALARM_TYPES, Duress, DuressSuspected, SosAborted, SosPressed
from protocol.record import Message

# A pendant's heap is 100 KiB and an event takes some 700 bytes of it.
MAX_ROUTINE = 12  # several visits' worth; the oldest claim is the one that has been overtaken
# Presses of one kind that the hub has not received: the hub lists as many in a standing. One more
# would tell it nothing, so it joins the last one, which is sent again at once: never refused.
MAX_ALARMS_OF_A_KIND = ((SosPressed, 8), (SosAborted, 4), (Duress, 4), (DuressSuspected, 4))
PERSIST_MS = 1000  # flash that has not answered by then is broken: send, but never say "stored"
PERSIST_AGAIN_MS = 30_000
# The broker's PUBACK proves nothing, so only the receipt ends this.
ALARM_RESEND_MS = (1000, 2000, 5000)
ROUTINE_RESEND_MS = (5000, 10_000, 30_000)


class Entry:
    """One sealed event. `name` is "" for what is never on flash."""

    def __init__(
        self, kind: "type[Message]", identity: str, token: bytes, name: str, now_ms: int
    ) -> None:
        self.kind = kind
        self.type_name = kind.TYPE
        self.identity = identity
        self.token = token
        self.name = name
        self.alarm = kind in ALARM_TYPES
        self.stored = name == ""
        self.asked_ms = now_ms  # when the flash was last asked to keep it
        self.made_ms = now_ms
        self.due_ms = now_ms
        self.tries = 0

    def ready(self, now_ms: int) -> bool:
        return self.stored or now_ms >= self.made_ms + PERSIST_MS

    def sent(self, now_ms: int) -> None:
        waits = ALARM_RESEND_MS if self.alarm else ROUTINE_RESEND_MS
        self.due_ms = now_ms + waits[min(self.tries, len(waits) - 1)]
        self.tries += 1

    def again(self, now_ms: int) -> None:
        """Due at once: the link is new, or she pressed again."""
        self.tries = 0
        self.due_ms = now_ms


class Outbox:
    def __init__(self) -> None:
        self.alarms: list[Entry] = []
        self.routine: list[Entry] = []
        self.dropped = 0

    def all(self) -> list[Entry]:
        """In sending order."""
        return self.alarms + self.routine

    def full_of(self, kind: type) -> bool:
        """As many of this kind of alarm wait as are allowed; never true of routine events."""
        return any(
            kind is limited and len(self._of(kind)) >= limit
            for limited, limit in MAX_ALARMS_OF_A_KIND
        )

    def newest_of(self, kind: type) -> Entry:
        return self._of(kind)[-1]

    def _of(self, kind: type) -> list[Entry]:
        return [entry for entry in self.alarms if entry.kind is kind]

    def add(self, entry: Entry) -> Entry | None:
        """Queue it; returns the routine event that had to make room."""
        (self.alarms if entry.alarm else self.routine).append(entry)
        if len(self.routine) <= MAX_ROUTINE:
            return None
        self.dropped += 1
        return self.routine.pop(0)

    def find(self, identity: str) -> Entry | None:
        for entry in self.all():
            if entry.identity == identity:
                return entry
        return None

    def named(self, name: str) -> Entry | None:
        for entry in self.all():
            if entry.name == name and name:
                return entry
        return None

    def oldest_kept(self) -> Entry | None:
        """Of the routine events that have a place on flash."""
        for entry in self.routine:
            if entry.name and entry.stored:
                return entry
        return None

    def received(self, identity: str, sha: str) -> Entry | None:
        """Take out the event that a receipt answers; None if it answers none of ours."""
        entry = self.find(identity)
        if entry is None or codec.sha(entry.token) != sha:
            return None
        self.remove(entry)
        return entry

    def remove(self, entry: Entry) -> None:
        if entry in self.alarms:
            self.alarms.remove(entry)
        if entry in self.routine:
            self.routine.remove(entry)

    def restart(self, now_ms: int) -> None:
        for entry in self.all():
            entry.again(now_ms)

    def due(self, now_ms: int) -> list[Entry]:
        """What is to be sent now, alarms first."""
        return [entry for entry in self.all() if entry.ready(now_ms) and now_ms >= entry.due_ms]

    def next_ms(self) -> int:
        """When something here wants a tick; -1 if nothing does."""
        best = -1
        for entry in self.all():
            at_ms = entry.due_ms if entry.stored else max(entry.due_ms, entry.made_ms + PERSIST_MS)
            if best < 0 or at_ms < best:
                best = at_ms
        return best
