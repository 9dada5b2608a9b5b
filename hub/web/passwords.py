"""Passwords: argon2id, and a back-off for whoever guesses.

Rule: guessing gets slower for one account from one address; it never locks the account for
others, and never touches a session that is open: an acknowledgement must not wait for a guesser.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

FREE_TRIES = 5
LONGEST_WAIT_S = 300
REMEMBERED_GUESSERS = 10_000  # bounded: forgetting the oldest is better than growing
HASHES_AT_ONCE = 2  # argon2id takes 64 MiB each: logins queue
# So many may wait for their turn. Each waits in one of the threads that also serve the board and
# take acknowledgements, and there are 40 of them: whoever comes then is told to try again.
LOGINS_WAITING = 8
PASSWORD_MIN = 10
PASSWORD_MAX = 1_000


class Crowded(Exception):
    """Too many are logging in just now: try again in a moment."""


class Passwords:
    """Makes and checks hashes. `hasher` is cheap in tests."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._places = threading.BoundedSemaphore(HASHES_AT_ONCE + LOGINS_WAITING)
        self._turn = threading.Semaphore(HASHES_AT_ONCE)

    def hash(self, password: str) -> str:
        """The argon2id hash to store."""
        return self._hasher.hash(password)

    @cached_property
    def _nobody(self) -> str:
        """Checked for names that do not exist, so that the time taken does not tell who exists."""
        return self._hasher.hash("nobody's password")

    def right(self, stored: str, password: str) -> bool:
        """Whether this is the password; takes as long when there is no such person.

        Raises Crowded."""
        if len(password) > PASSWORD_MAX:
            return False
        if not self._places.acquire(blocking=False):
            raise Crowded
        try:
            with self._turn:
                self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._places.release()
        return bool(stored)


class BackOff:
    """How long an account must wait from one address. `seconds` is monotonic."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._misses: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    def wait_s(self, account: str, address: str) -> int:
        """Seconds until the next try is looked at; 0 = now."""
        with self._lock:
            misses, since = self._misses.get((account, address), (0, 0.0))
            if misses < FREE_TRIES:
                return 0
            wait = min(LONGEST_WAIT_S, 1 << (misses - FREE_TRIES + 1))
            left = since + wait - self._seconds()
            return max(0, int(left) + (left > int(left)))

    def missed(self, account: str, address: str) -> None:
        """A wrong password."""
        with self._lock:
            misses, _ = self._misses.pop((account, address), (0, 0.0))
            # Beyond this the wait no longer grows, and 2 ** misses must not either.
            self._misses[(account, address)] = (min(misses + 1, 64), self._seconds())
            if len(self._misses) > REMEMBERED_GUESSERS:
                self._misses.popitem(last=False)

    def succeeded(self, account: str, address: str) -> None:
        """The right password: forget the misses."""
        with self._lock:
            self._misses.pop((account, address), None)
