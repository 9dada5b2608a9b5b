"""What the running hub says of its keys: in its log when something new is wrong, and on the board.

Rule: a hub runs for years without a start, so that a warning at the start alone would be none.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from hub.devices import keyring

log = logging.getLogger("hub.keys")

LOOK_EVERY_MS = 3_600_000


class Upkeep:
    """Any thread. `keys`: None where the hub goes by passwords."""

    def __init__(self, keys: Path | None, wall_ms: Callable[[], int]) -> None:
        self._keys = keys
        self._wall_ms = wall_ms
        self._lock = threading.Lock()
        self._looked_ms: int | None = None
        self._faults: tuple[str, ...] = ()

    def faults(self) -> tuple[str, ...]:
        """A sentence for each key that wants something done, as of the last hour."""
        if self._keys is None:
            return ()
        now_ms = self._wall_ms()
        with self._lock:
            # A clock that was set back is looked at again, too.
            if self._looked_ms is None or not 0 <= now_ms - self._looked_ms < LOOK_EVERY_MS:
                self._looked_ms = now_ms
                found = tuple(keyring.warnings(self._keys, now_ms))
                for new in (each for each in found if each not in self._faults):
                    log.warning("%s", new)
                self._faults = found
            return self._faults
