"""From raw button edges to gestures: a pure machine of edges and ticks.

Rules it keeps: a late tick reads the same gestures as many early ones (every decision has its own
due moment and they are worked off in order); A and D are decided only when both are up, so that no
press that overlapped with the other button is ever read alone; SOS (sos.py) is independent of both.
A hold that does not end within LONG_MS is no word of hers: something leans on the button.
"""

from firmware.pendant.contact import DEBOUNCE_MS, Contact
from firmware.pendant.sos import Sos

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip, and its tuple cannot be subscripted
    Felt = tuple[object, ...]

WINDOW_MS = 400  # from letting go to the second press of a double
HOLD_MS = 2000
LONG_MS = 6000  # A: softer and dark, or back; D: nothing
CHORD_MS = 1000  # A and D together
TAIL_MS = 1000  # after a chord, whole or broken, D alone still belongs to the attempt

BUTTONS = ("a", "d", "s")

# What comes out: ("felt", pattern) | ("gesture", name, began_ms, held_ms), and, with the same
# fields as a gesture, ("read", …): when a chord, whole or broken, is felt as if it had been A short
# (its alarm is already on its way by then).


class Letter:
    """A or D read alone: short, double, hold."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.contact = Contact()
        self.clear()

    def clear(self) -> None:
        """Forget every press in progress and every press that waits for its meaning."""
        self.waiting = False  # a short press waits for its window to pass
        self.began_ms = 0
        self.absorb_ms = -1  # until then further presses belong to the double just read
        self.cues = 0  # how often the hold was felt
        self.mute = False  # this press belongs to the tail of a chord


class Gestures:
    def __init__(self, now_ms: int) -> None:
        self.a = Letter("a")
        self.d = Letter("d")
        self.sos = Sos()
        self.now_ms = now_ms
        self._overlap = False  # A and D have been down together and are not both up yet
        self._ticked = False  # this overlap was felt, as one press
        self._together_ms = -1  # since when both are settled down
        self._chorded = False  # this overlap was a whole chord
        self._began_ms = 0
        self._tail_ms = -1
        # Chords that are to be felt as A short: (when, name, began_ms, held_ms)
        self._reads: list[tuple[int, str, int, int]] = []

    def edge(self, button: str, down: bool, now_ms: int) -> "list[Felt]":
        """A raw edge, bounces and all."""
        out = self.tick(now_ms)
        if button == "s":
            self.sos.contact.edge(down, self.now_ms)
            return out
        mine, other = (self.a, self.d) if button == "a" else (self.d, self.a)
        mine.contact.edge(down, self.now_ms)
        if mine.contact.raw and other.contact.raw and not self._overlap:
            self._begin_overlap()
        return out

    def woken(self, button: str, now_ms: int) -> "list[Felt]":
        """This press ended a deep sleep: the button is down since now, and it is a press also if
        it is up again before the debounce."""
        out = self.tick(now_ms)
        if button == "s":
            self.sos.woken(now_ms, out)
            return out
        mine, other = (self.a, self.d) if button == "a" else (self.d, self.a)
        mine.contact.wake(now_ms)
        if other.contact.raw and not self._overlap:
            self._begin_overlap()
        self._went_down(mine, other, out)
        return out

    def idle(self) -> bool:
        """Every button is up and nothing waits for its meaning."""
        contacts = (self.a.contact, self.d.contact, self.sos.contact)
        return self.next_ms() < 0 and not any(one.raw or one.down for one in contacts)

    def tick(self, now_ms: int) -> "list[Felt]":
        """Whatever fell due until now, in the order it fell due."""
        out: list[Felt] = []
        while True:
            due_ms, step = self._next()
            if step == "" or due_ms > now_ms:
                break
            self._step(step, due_ms, out)
        if now_ms > self.now_ms:
            self.now_ms = now_ms
        return out

    def next_ms(self) -> int:
        """When the next decision falls due; -1 if none will."""
        due_ms, step = self._next()
        return due_ms if step else -1

    # -- what falls due next ---------------------------------------------------------------------

    def _next(self) -> tuple[int, str]:
        best: tuple[int, str] = (0, "")
        for due_ms, step in (  # where two are due at once, a hold is complete before it ends
            (self.sos.held_due_ms(), "sos"),
            (self._chord_due_ms(), "chord"),
            (self._letter_due_ms(self.a, self.d), "letter-a"),
            (self._letter_due_ms(self.d, self.a), "letter-d"),
            (self.a.contact.due_ms(), "settle-a"),
            (self.d.contact.due_ms(), "settle-d"),
            (self.sos.contact.due_ms(), "settle-s"),
            (self.sos.let_go_due_ms(), "let-go"),
            (self._apart_due_ms(), "apart"),
            (self._reads[0][0] if self._reads else -1, "read"),
        ):
            if due_ms >= 0 and (best[1] == "" or due_ms < best[0]):
                best = (due_ms, step)
        return best

    def _step(self, step: str, due_ms: int, out: "list[Felt]") -> None:
        if step == "settle-a":
            self._settled(self.a, self.d, due_ms, out)
        elif step == "settle-d":
            self._settled(self.d, self.a, due_ms, out)
        elif step == "settle-s":
            self.sos.settled(due_ms, out)
        elif step == "sos":
            self.sos.held(out)
        elif step == "let-go":
            self.sos.let_go(out)
        elif step == "chord":
            self._chorded = True
            out.append(("gesture", "chord", self._began_ms, due_ms - self._began_ms))
        elif step == "apart":
            self._apart(due_ms, out)
        elif step == "read":
            out.append(("read",) + self._reads.pop(0)[1:])
        else:
            self._letter_due(self.a if step == "letter-a" else self.d, out)

    # -- A and D together --------------------------------------------------------------------------

    def _begin_overlap(self) -> None:
        """From here on neither acts alone; what waited for its window is part of the attempt."""
        self._overlap = True
        self._chorded = False
        self._together_ms = -1
        self._began_ms = self.now_ms
        self._ticked = False
        for letter in (self.a, self.d):
            if letter.contact.down:
                self._ticked = True
                self._began_ms = min(self._began_ms, letter.contact.down_ms)
            elif letter.contact.raw:
                self._began_ms = min(self._began_ms, letter.contact.raw_ms)
            letter.clear()

    def _chord_due_ms(self) -> int:
        if not self._overlap or self._chorded or self._together_ms < 0:
            return -1
        return self._together_ms + CHORD_MS + DEBOUNCE_MS

    def _apart_due_ms(self) -> int:
        """Both up, settled: the attempt is over."""
        a, d = self.a.contact, self.d.contact
        if not self._overlap or a.raw or d.raw or a.down or d.down:
            return -1
        return max(a.raw_ms, d.raw_ms) + DEBOUNCE_MS

    def _apart(self, due_ms: int, out: "list[Felt]") -> None:
        self._overlap = False
        if not self._ticked:
            return  # two glitches shorter than a press, neither was ever down
        up_ms = due_ms - DEBOUNCE_MS
        self._tail_ms = up_ms + TAIL_MS
        name, held_ms = "chord" if self._chorded else "chord-broken", up_ms - self._began_ms
        if not self._chorded:
            out.append(("gesture", name, self._began_ms, held_ms))
        self._reads.append((up_ms + WINDOW_MS + DEBOUNCE_MS, name, self._began_ms, held_ms))

    # -- A or D alone ------------------------------------------------------------------------------

    def _settled(self, mine: Letter, other: Letter, due_ms: int, out: "list[Felt]") -> None:
        if not mine.contact.settle(due_ms):
            return
        if mine.contact.down:
            self._went_down(mine, other, out)
        elif self._overlap:
            self._together_ms = -1
        else:
            self._released(mine, out)

    def _went_down(self, mine: Letter, other: Letter, out: "list[Felt]") -> None:
        contact = mine.contact
        if self._overlap:
            both = other.contact.down
            self._together_ms = max(contact.down_ms, other.contact.down_ms) if both else -1
            if not self._ticked:
                self._ticked = True
                out.append(("felt", "tick"))
            return
        out.append(("felt", "tick"))
        mine.cues = 0
        mine.mute = mine.name == "d" and contact.down_ms < self._tail_ms
        if not mine.waiting:
            mine.began_ms = contact.down_ms

    def _released(self, mine: Letter, out: "list[Felt]") -> None:
        contact = mine.contact
        held_ms = contact.up_ms - contact.down_ms
        again, mine.waiting = mine.waiting, False
        if mine.mute:
            out.append(("felt", "read-short"))
        elif contact.down_ms <= mine.absorb_ms:
            mine.absorb_ms = contact.up_ms + WINDOW_MS
        elif held_ms >= HOLD_MS:
            if again:  # a short press, then a hold: two gestures, not a double
                out.append(("gesture", mine.name + "-short", mine.began_ms, 0))
            name = "-hold" if held_ms < LONG_MS else "-long"
            out.append(("gesture", mine.name + name, contact.down_ms, held_ms))
        elif again:
            mine.absorb_ms = contact.up_ms + WINDOW_MS
            out.append(("gesture", mine.name + "-double", mine.began_ms, held_ms))
        else:
            mine.waiting = True

    def _letter_due_ms(self, mine: Letter, other: Letter) -> int:
        contact = mine.contact
        if self._overlap:
            return -1
        if contact.down:
            if mine.cues > 1 or mine.mute or contact.down_ms <= mine.absorb_ms:
                return -1
            return contact.down_ms + (LONG_MS if mine.cues else HOLD_MS) + DEBOUNCE_MS
        if not mine.waiting or contact.raw or other.contact.down or other.contact.raw:
            return -1  # while the other is down this could still become a chord
        return max(contact.up_ms + WINDOW_MS, other.contact.up_ms) + DEBOUNCE_MS

    def _letter_due(self, mine: Letter, out: "list[Felt]") -> None:
        if mine.contact.down:
            mine.cues += 1
            out.append(("felt", "read-hold" if mine.cues == 1 else "held-on"))
            return
        mine.waiting = False
        held_ms = mine.contact.up_ms - mine.contact.down_ms
        out.append(("gesture", mine.name + "-short", mine.began_ms, held_ms))
