"""What the wearer has been told, and what she must be told now: patterns in, nothing else out.

Rule: she is told a truth when it becomes true and again when it stops being true, and never told
one that is not. A silent alarm has no truths of its own: only the A short that goes with it has.
"""

from firmware.pendant.battery import Battery
from firmware.pendant.presses import OpenPress, OpenPresses
from firmware.pendant.standing import AT_A_DOOR, Beliefs
from protocol.messages import Replied, SosPressed, Standing

NOT_SENT_MS = 7500  # after its meaning was read, so at most 10 s after the press began
SOS_AGAIN_MS = 15_000  # "not sent" is repeated until the hub has the SOS
ROUTINE_AGAIN_MS = 120_000
ROUTINE_TIMES = 3  # then she knows; "hub-lost" and a touch say the rest
PROMPT_AGAIN_MS = 60_000
DOOR_AGAIN_MS = 60_000
BOOT_GRACE_MS = 30_000  # from start to the first answer before "hub-lost"
STATUS_WAIT_MS = 12_000  # after a start: a touch is answered when the hub has answered, or then
MAX_WATCHES = 40  # more than the outbox holds


class Watch:
    """A press whose receipt is waited for."""

    def __init__(self, identity: str, urgent: bool, now_ms: int) -> None:
        self.identity = identity
        self.urgent = urgent
        self.next_ms = now_ms + NOT_SENT_MS
        self.left = ROUTINE_TIMES


class Truths:
    def __init__(
        self, presses: OpenPresses, beliefs: Beliefs, battery: Battery, now_ms: int
    ) -> None:
        self._presses = presses
        self.battery = battery
        self._beliefs = beliefs
        self._boot_ms = now_ms
        self._watches: list[Watch] = []
        self._owned = ""  # the press she was told a person has
        self._lost = False  # she was told that the hub no longer answers
        self.claim = ""  # her latest arrival claim
        self._latest_a = ""  # her latest A short, which may have been read as one
        self._at_a_door = False
        self._go_in = ""  # the arrival she was told to go in for
        self._door_next_ms = -1  # "do not go in" is repeated then
        self._prompt = ""
        self._prompt_next_ms = -1
        self._answered = ""
        self._status_ms = -1  # a touch waits for its answer until then
        self.link = False
        self.damaged = False  # in safe mode: said at each touch

    def restore(self, claim: str) -> None:
        """Her arrival claim from before this boot. Was she inside, she has been told to go in."""
        self.claim = claim
        self._at_a_door = self._beliefs.phase in AT_A_DOOR
        if self._beliefs.phase == "inside":
            self._go_in = claim

    # -- presses -------------------------------------------------------------------------------

    def watch(self, identity: str, urgent: bool, now_ms: int) -> None:
        self._watches.append(Watch(identity, urgent, now_ms))
        if len(self._watches) > MAX_WATCHES:
            for old in self._watches:
                if not old.urgent:
                    self._watches.remove(old)
                    break

    def pending_prompt(self) -> str:
        standing = self._beliefs.standing
        if standing is None or standing.prompt == self._answered:
            return ""
        return standing.prompt

    def touched(self, identity: str, kind: type, now_ms: int) -> list[str]:
        """A short was read, or a chord that must feel the same; `kind` is what A short means."""
        feels = ["read-short"]
        self._latest_a = identity
        phase = self._beliefs.phase
        if kind is Replied:
            self._answered = self.pending_prompt()
            self._prompt_next_ms = -1
        elif phase not in AT_A_DOOR:
            self.claim = identity
        if phase == "at-door":
            feels.append("go-in" if self._confirmed(now_ms) else "do-not-go-in")
        elif self._beliefs.off_duty():
            feels += self._status(now_ms)
        if self.damaged:
            feels.append("damaged")
        elif phase not in AT_A_DOOR and self.battery.low():
            feels.append("battery-low")
        return feels

    def _status(self, now_ms: int) -> list[str]:
        """Path, hub, tracker and battery together. Just started it cannot know yet."""
        if self._all_well(now_ms):
            return ["status-good"]
        if now_ms >= self._boot_ms + STATUS_WAIT_MS or self._beliefs.fresh(now_ms):
            return ["status-bad"]
        self._status_ms = self._boot_ms + STATUS_WAIT_MS
        return []

    def received(self, identity: str, press: OpenPress | None) -> list[str]:
        """The hub's signed receipt came."""
        watched = [watch for watch in self._watches if watch.identity == identity]
        for watch in watched:
            self._watches.remove(watch)
        if press is not None and press.audible:
            return [] if self._owned == identity else ["hub-has-it"]
        return ["received"] if watched else []

    # -- the standing --------------------------------------------------------------------------

    def stands(self, standing: Standing, ended: list[OpenPress], now_ms: int) -> list[str]:
        """A standing was believed."""
        feels = []
        if self._lost:
            self._lost = False
            feels.append("hub-back")
        if self._status_ms >= 0 and self._beliefs.fresh(now_ms):
            self._status_ms = -1
            feels += self._status(now_ms)
        for press in ended:
            self._watches = [w for w in self._watches if w.identity != press.identity]
        return feels + self._alarm(standing, ended) + self._door(now_ms) + self._ask(now_ms)

    def _alarm(self, standing: Standing, ended: list[OpenPress]) -> list[str]:
        feels = []
        over = [press for press in ended if press.audible]
        newest = self._presses.newest_audible()
        if not newest and (over or (self._owned and self._owned in standing.resolved)):
            self._owned = ""
            feels.append("over")
        elif self._owned and self._owned in standing.resolved:
            self._owned = ""
        owned = standing.sos if standing.sos_state == "owned" else ""
        named = self._presses.find(owned)
        if owned and named is not None and not named.audible:
            owned = ""  # never tell of a silent alarm, whatever a standing says
        if owned and owned != self._owned and newest in ("", owned):
            self._owned = owned
            feels.append("person-has-it")
        elif self._owned and owned != self._owned:
            self._owned = ""
            feels.append("nobody-has-it")
        return feels + self._known(standing)

    def _known(self, standing: Standing) -> list[str]:
        """A hub that answers a beat which named her SOS, and has no alarm, has lost it."""
        feels = []
        for press in self._presses.audible():
            if press.kind != SosPressed.TYPE or not press.received:
                continue
            if standing.sos_state != "none":
                if not press.known and standing.sos == press.identity:
                    press.known = True
                    feels.append("hub-has-it")
                continue
            answers_us = standing.boot == self._beliefs.boot
            if press.known and answers_us and standing.beat > press.received_seq:
                press.known = False
                feels.append("nobody-has-it")
        return feels[:1]

    def _confirmed(self, now_ms: int) -> bool:
        """A person confirmed her latest arrival, and the hub still lives."""
        standing = self._beliefs.standing
        if standing is None or not standing.go_in or not self._beliefs.fresh(now_ms):
            return False
        return standing.go_in in (self.claim, self._latest_a)

    def _door(self, now_ms: int) -> list[str]:
        phase = self._beliefs.phase
        standing = self._beliefs.standing
        if phase not in AT_A_DOOR or standing is None:
            if self._at_a_door:
                self.claim = self._latest_a = ""  # that door lies behind her
            self._at_a_door = False
            self._door_next_ms = -1
            return []
        self._at_a_door = True
        if self._confirmed(now_ms):
            self._door_next_ms = -1
            if self._go_in == standing.go_in:
                return []
            self._go_in = standing.go_in
            return ["go-in"]
        if phase != "at-door":
            self._door_next_ms = -1
            return []
        if self._door_next_ms < 0:  # newly there, or a confirmation was taken back
            self._go_in = ""
            self._door_next_ms = now_ms + DOOR_AGAIN_MS
            return ["do-not-go-in"]
        return []

    def _ask(self, now_ms: int) -> list[str]:
        prompt = self.pending_prompt()
        if prompt and prompt != self._prompt:
            self._prompt = prompt
            self._prompt_next_ms = now_ms + PROMPT_AGAIN_MS
            return ["prompt"]
        if not prompt:
            self._prompt_next_ms = -1
            self._prompt = self._answered
        return []

    def _all_well(self, now_ms: int) -> bool:
        standing = self._beliefs.standing
        if standing is None or not self.link or not self._beliefs.fresh(now_ms):
            return False
        return standing.tracker and self.battery.pct > self.battery.low_pct

    # -- time ----------------------------------------------------------------------------------

    def tick(self, now_ms: int) -> list[str]:
        feels = []
        if not self._lost and self._matters() and now_ms >= self._lapse_ms():
            self._lost = True
            self._owned = ""  # not known any more; told again when the hub is back
            if self._beliefs.phase == "at-door":
                self._go_in = ""
            feels.append("hub-lost")
        if 0 <= self._prompt_next_ms <= now_ms:
            self._prompt_next_ms = now_ms + PROMPT_AGAIN_MS
            feels.append("prompt")
        if 0 <= self._door_next_ms <= now_ms:
            self._door_next_ms = now_ms + DOOR_AGAIN_MS
            feels.append("do-not-go-in")
        if 0 <= self._status_ms <= now_ms:
            self._status_ms = -1
            feels.append("status-bad")
        return feels + self._overdue(now_ms)

    def _overdue(self, now_ms: int) -> list[str]:
        feels: list[str] = []
        for watch in self._watches:
            if watch.next_ms < 0 or now_ms < watch.next_ms:
                continue
            feels = ["not-sent"]  # once, however many wait
            watch.left -= 1
            if watch.urgent:
                watch.next_ms = now_ms + SOS_AGAIN_MS
            else:
                watch.next_ms = now_ms + ROUTINE_AGAIN_MS if watch.left > 0 else -1
        return feels

    def _matters(self) -> bool:
        """Somebody should be listening: a visit, or an alarm that she was told the hub has."""
        if not self._beliefs.off_duty():
            return True
        return any(press.received for press in self._presses.audible())

    def _lapse_ms(self) -> int:
        until_ms = self._beliefs.until_ms
        return until_ms if until_ms >= 0 else self._boot_ms + BOOT_GRACE_MS

    def next_ms(self) -> int:
        """When something here wants a tick; -1 if nothing does."""
        due = [w.next_ms for w in self._watches]
        due += [self._prompt_next_ms, self._door_next_ms, self._status_ms]
        if not self._lost and self._matters():
            due.append(self._lapse_ms())
        due = [at_ms for at_ms in due if at_ms >= 0]
        return min(due) if due else -1
