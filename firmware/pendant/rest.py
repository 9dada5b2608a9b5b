"""When the pendant may sleep, and for how long. Pure: facts in, milliseconds out.

Rule: it sleeps only off duty, with no alarm open, nothing on its way to the hub and nothing half
pressed, and when all has been calm for long enough that she has felt the last answer. Every button
wakes it, and so does the time for a sign of life. Without an answer it tries for a while first, and
then sleeps for less.
"""

WAKE_EVERY_MS = 4 * 3_600_000  # some ten seconds awake each: under 2 mAh a day
RETRY_MS = 3_600_000  # the next attempt when no hub was heard
TOUCHED_MS = 20_000  # after a press, or word from the hub that was felt: she may press again
CALM_MS = 3000  # after anything else: the echo of a standing and its receipt are through
NO_ANSWER_MS = 90_000  # from start, or from the last touch, without any answer
AGAIN_MS = 1000  # asked again: the shell obeys when flash and motor are at rest
CAUSE = "deep-sleep"  # what the board calls a start out of it; the wearer did not start it


class Rest:
    """`wanted`: the settings allow it."""

    def __init__(self, wanted: bool, now_ms: int) -> None:
        self._wanted = wanted
        self._touched_ms = now_ms  # or begun: the wait for an answer counts from here
        self._calm_from_ms = now_ms + CALM_MS
        self._asked_ms = now_ms - AGAIN_MS
        self.answered = False  # a signed answer to this boot came

    def touched(self, now_ms: int) -> None:
        """A button moved, or she was told something."""
        self._touched_ms = now_ms
        self._calm_from_ms = now_ms + TOUCHED_MS

    def heard(self, now_ms: int) -> None:
        self.answered = True
        self._calm_from_ms = max(self._calm_from_ms, now_ms + CALM_MS)

    def due_ms(self, idle: bool) -> int:
        """When to ask for sleep; -1 if not as things are. `idle`: nothing is left to do."""
        if not self._wanted or not idle:
            return -1
        waits_ms = self._calm_from_ms
        if not self.answered:
            waits_ms = max(waits_ms, self._touched_ms + NO_ANSWER_MS)
        return max(waits_ms, self._asked_ms + AGAIN_MS)

    def sleep_ms(self, idle: bool, now_ms: int) -> int:
        """For how long to sleep from now on; 0: stay awake."""
        due_ms = self.due_ms(idle)
        if due_ms < 0 or now_ms < due_ms:
            return 0
        self._asked_ms = now_ms
        return WAKE_EVERY_MS if self.answered else RETRY_MS
