"""What the charge is good for: the warning in time, and the last word. Pure.

Rules: she is warned while there is time to charge, by what a visit costs and not by a round number;
the last word goes to the hub while there is charge to say it. A single odd reading says nothing.
"""

VISIT_MA = 45  # connected, a beat every 10 s, some feeling: 31 mA of the radio in modem sleep and a
# part more for processor, LED and motor; the energy model of the simulator has each by its name
RESERVE_PCT = 10  # a voltage tells a cell's charge no better than this
LOW_PCT = 20  # never warned later than this
VERY_LOW_PCT = 10  # and again
GASP_PCT = 3  # before the regulator gives up: still a hundred seconds of sending
CHARGED_PCT = 5  # up by so much: charged, what was said may be said again
LEARN_PCT = 5  # a fall that can be told from noise: a worn cell falls faster than its label says
HOUR_MS = 3_600_000


class Battery:
    """`pct` is 0 until it was measured; an empty cell reads 0 too."""

    def __init__(self, capacity_mah: int, visit_hours: int) -> None:
        self.pct = 0
        self._is_known = False
        self.low_pct = 0
        self._visit_hours = visit_hours
        self._told = 0  # 1: low, 2: very low
        self._before_pct = 100
        self._gasped = False
        self._from = (-1, 0)  # charge and time when this stretch of a visit began
        self._expect(-(-100 * VISIT_MA * visit_hours // capacity_mah))

    def _expect(self, visit_pct: int) -> None:
        """The next visit may cost so much."""
        self.low_pct = max(LOW_PCT, self.low_pct, min(95, RESERVE_PCT + visit_pct))

    def low(self) -> bool:
        """It will not last the longest visit; not known is not low."""
        return self._is_known and self.pct <= self.low_pct

    def measured(self, pct: int, visiting: bool, now_ms: int) -> bool:
        """True when she is to be warned now."""
        self._before_pct = self.pct if self._is_known else 100
        self.pct, self._is_known = pct, True
        self._learn(visiting, now_ms)
        level = 2 if pct <= VERY_LOW_PCT else 1 if pct <= self.low_pct else 0
        if pct >= self.low_pct + CHARGED_PCT:
            self._told = 0
        if pct >= GASP_PCT + CHARGED_PCT:
            self._gasped = False
        warns, self._told = level > self._told, max(level, self._told)
        return warns

    def gasps(self) -> bool:
        """True once, when this and the reading before say that it ends."""
        if self._gasped or self.pct > GASP_PCT or self._before_pct > VERY_LOW_PCT:
            return False
        self._gasped = True
        return True

    def _learn(self, visiting: bool, now_ms: int) -> None:
        from_pct, from_ms = self._from
        if not visiting:
            self._from = (-1, 0)
        elif from_pct < self.pct:  # the stretch begins, or it was charged
            self._from = (self.pct, now_ms)
        elif from_pct - self.pct >= LEARN_PCT and now_ms > from_ms:
            fell_pct = from_pct - self.pct
            self._expect(fell_pct * self._visit_hours * HOUR_MS // (now_ms - from_ms))
