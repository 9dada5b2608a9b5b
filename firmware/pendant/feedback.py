"""What the wearer feels: one table, and the player that turns it into motor and LED.

Rules it keeps: patterns differ by feel alone (long, short and rattle, never by colour only);
inside a pattern no pause is longer than MAX_GAP_MS and after it the motor rests for REST_MS, so a
pattern is known to be over; no pattern of one tone begins like one of the opposite tone. A press is
always felt at once: no pattern ends in a rattle, so one that does was cut by a press, is void, and
is played again from its start.
"""

from protocol.errors import LocalProtocolError

MAX_GAP_MS = 200
REST_MS = 700
MAX_QUEUED = 6  # patterns waiting; more would tell her about a past she has left behind
SOFT_PCT = 60  # of the usual strength, when she has chosen quiet
MIN_STRENGTH_PCT = 45  # a motor that gets less may not start to turn
# What answers an SOS is as strong as ever.
LOUD = ("stored", "hub-has-it", "person-has-it", "over", "not-sent", "nobody-has-it", "hub-lost")

# A pulse: (on_ms, off_ms, strength_pct); rattles, weak to strong, are felt as one texture.
PULSES = {
    "s": (90, 160, 90),
    "l": (450, 200, 100),
    "1": (30, 30, 50),
    "2": (30, 30, 75),
    "3": (30, 30, 100),
}
LEDS = {"w": "white", "g": "green", "b": "blue", "r": "red"}
# name -> LED and pulses, each by its letter; patterns.py says what they mean.
FEELS = {
    "tick": "w1",
    "ramp-1": "w11",
    "ramp-2": "w122",
    "ramp-3": "w1233",
    "read-short": "ws",
    "read-double": "wss",
    "read-hold": "wl",
    "held-on": "wlssl",
    "quiet-on": "wlsls",
    "quiet-off": "wlslsls",
    "started": "wll",
    "received": "gsl",
    "stored": "bssss",
    "hub-has-it": "bslsl",
    "person-has-it": "gsslssl",
    "over": "gslsssll",
    "go-in": "gslllls",
    "status-good": "gsslll",
    "hub-back": "gsssll",
    "prompt": "bssssssss",
    "not-sent": "rlll",
    "nobody-has-it": "rllssll",
    "do-not-go-in": "rllll",
    "hub-lost": "rlsssss",
    "status-bad": "rlls",
    "battery-low": "rlss",
    "battery-ends": "rlsssl",
    "damaged": "rlslll",
}


def _is_brief(name: str) -> bool:
    return FEELS[name][1] == "1"


class Player:
    """Plays patterns one after another. `now_ms` is the shell's; nothing here waits.

    A rattle (tick, ramp) is about this very moment: it starts at once and cuts what plays, which
    waits for its turn again, since half a pattern could be another one.
    """

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet  # softer, and the LED dark
        self.count = 0  # of the patterns that have begun
        self._queue: list[str] = []
        self._playing = ""
        self._began_ms = 0
        self._rest_until_ms = 0
        self._cut = False  # the rattle that plays has cut a pattern

    def hush(self, on: bool) -> None:
        self._quiet = on

    def resting(self) -> bool:
        """Nothing plays and nothing waits."""
        return not self._playing and not self._queue

    def play(self, name: str, now_ms: int) -> None:
        if name not in FEELS:
            raise LocalProtocolError("no pattern %r" % name)
        self.output(now_ms)
        if _is_brief(name):
            if self._playing and not _is_brief(self._playing):
                self._queue.insert(0, self._playing)
                self._cut = True
            self._start(name, now_ms)
            return
        if not self._queue or self._queue[-1] != name:
            self._queue.append(name)
        if len(self._queue) > MAX_QUEUED:
            self._queue.pop(0)
        self.output(now_ms)

    def output(self, now_ms: int) -> tuple[int, str]:
        """(strength_pct, led) for this moment."""
        if self._playing:
            at_ms = self._began_ms
            feel = FEELS[self._playing]
            for letter in feel[1:]:
                on_ms, off_ms, strength_pct = PULSES[letter]
                if now_ms < at_ms + on_ms:
                    led = "off" if self._quiet else LEDS[feel[0]]
                    return self._softened(strength_pct), led
                at_ms += on_ms + off_ms
                if now_ms < at_ms:
                    return 0, "off"
            rests = self._cut or not _is_brief(self._playing)
            self._rest_until_ms = at_ms + REST_MS if rests else at_ms
            self._playing = ""
            self._cut = False
        if self._queue and now_ms >= self._rest_until_ms:
            self._start(self._queue.pop(0), now_ms)
            return self.output(now_ms)
        return 0, "off"

    def _softened(self, strength_pct: int) -> int:
        if not self._quiet or self._playing in LOUD:
            return strength_pct
        return min(strength_pct, max(MIN_STRENGTH_PCT, strength_pct * SOFT_PCT // 100))

    def playing(self) -> str:
        """As of the last `output`; "" when the motor rests."""
        return self._playing

    def next_ms(self, now_ms: int) -> int:
        """Milliseconds until `output` changes; -1 when nothing plays or waits."""
        if self._playing:
            at_ms = self._began_ms
            for letter in FEELS[self._playing][1:]:
                on_ms, off_ms, _strength = PULSES[letter]
                for edge_ms in (at_ms + on_ms, at_ms + on_ms + off_ms):
                    if now_ms < edge_ms:
                        return edge_ms - now_ms
                at_ms += on_ms + off_ms
            return 1
        if self._queue:
            return max(1, self._rest_until_ms - now_ms)
        return -1

    def _start(self, name: str, now_ms: int) -> None:
        self.count += 1
        self._playing = name
        self._began_ms = now_ms
