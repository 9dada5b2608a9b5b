"""What the pendant believes: the last good standing, how long it holds, and the hub's time.

Rules it keeps: a standing holds from the *sending* of the beat it answers (an answer proves that
the hub lived then, not when the answer came), and only while that lasts may it promise anything.
A standing that answers no beat of this boot is believed only while one that does still holds, and
only if it is newer. A lower version is believed only in answer to a beat sent after the higher one
was heard: then the hub really has gone back (a restored backup), and it is no replay.
"""

from protocol.messages import NO_BOOT, Standing

MAX_VALID_MS = 600_000  # whatever the hub says, ten silent minutes are silence
MAX_SENT = 16  # beats whose answer is still waited for; older answers prove nothing useful

OFF_DUTY = ("off", "closed", "cancelled")  # a visit broken off is not over until she is heard
AT_A_DOOR = ("at-door", "inside")


class Beliefs:
    def __init__(self, boot: str, phase: str, visit: str) -> None:
        self.boot = boot
        self.phase = phase  # from flash until a standing says otherwise
        self.visit = visit
        self.standing: Standing | None = None
        self.version = 0
        self.valid_ms = 0
        self.until_ms = -1  # the standing lapses then
        self._floor_seq = 0  # the last sequence number used when the version was heard
        self._sent: list[tuple[int, int]] = []  # (seq, ms) of the latest beats
        self._hub_ms = 0
        self._hub_at_ms = 0

    def beat_sent(self, seq: int, now_ms: int) -> None:
        self._sent.append((seq, now_ms))
        if len(self._sent) > MAX_SENT:
            self._sent.pop(0)

    def fresh(self, now_ms: int) -> bool:
        return now_ms < self.until_ms

    def off_duty(self) -> bool:
        return self.phase in OFF_DUTY

    def take(self, standing: Standing, last_seq: int, now_ms: int) -> str:
        """ "news" (the content changed), "same" (heard, nothing changed) or "stale" (ignored)."""
        sent_ms = self._sent_ms(standing)
        if sent_ms < 0:
            if standing.version <= self.version or not self.fresh(now_ms):
                return "stale"
        else:
            valid_ms = min(standing.valid_ms, MAX_VALID_MS)
            if sent_ms + valid_ms <= now_ms:
                return "stale"  # the answer was held back longer than it holds
            if standing.version <= self.version and standing.beat <= self._floor_seq:
                return "stale"
            self.valid_ms = valid_ms
            self.until_ms = max(self.until_ms, sent_ms + valid_ms)
            self.hear_time(standing.hub_ms, now_ms)
        before = _content(self.standing)
        self.standing = standing
        self.version = standing.version
        self._floor_seq = last_seq
        self.phase = standing.phase
        self.visit = standing.visit
        return "same" if _content(standing) == before else "news"

    def _sent_ms(self, standing: Standing) -> int:
        """When the beat it answers was sent; -1 if it answers none of this boot's latest."""
        if standing.boot == NO_BOOT or standing.boot != self.boot:
            return -1
        for seq, at_ms in self._sent:
            if seq == standing.beat:
                return at_ms
        return -1

    def hear_time(self, hub_ms: int, now_ms: int) -> None:
        """Hub time from something that answers this boot. Counted from its arrival, so a press is
        dated no later than it was made."""
        if hub_ms > self._hub_ms:
            self._hub_ms = hub_ms
            self._hub_at_ms = now_ms

    def utc_ms(self, now_ms: int) -> int:
        """The time by the hub's word; 0 if this boot has heard none."""
        return self._hub_ms + now_ms - self._hub_at_ms if self._hub_ms else 0

    def dated(self, press_ms: int) -> tuple[int, int]:
        """(heard_ms, since_ms) of a press at `press_ms`."""
        if self._hub_ms == 0:
            return 0, press_ms
        since_ms = press_ms - self._hub_at_ms
        if since_ms >= 0:
            return self._hub_ms, since_ms
        # Heard between the press and its meaning: the date of the press is what counts.
        return max(1, self._hub_ms + since_ms), 0


def _content(standing: Standing | None) -> tuple[object, ...]:
    if standing is None:
        return ()
    return (
        standing.phase,
        standing.visit,
        standing.tracker,
        standing.go_in,
        standing.prompt,
        standing.sos,
        standing.sos_state,
        tuple(standing.resolved),
    )
