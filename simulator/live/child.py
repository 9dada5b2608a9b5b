"""A process of the simulation: started, frozen, killed, and never left behind.

The rule it keeps: whatever way the simulator ends, its children end too. Each is a process group of
its own (so Ctrl-C reaches the simulator alone, which then stops them in order), is killed at exit,
and on Linux dies with its parent even when that was killed.
"""

import atexit
import contextlib
import ctypes
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

STOP_S = 5.0
FIRST_PORT, LAST_PORT = 10_000, 32_000  # Linux hands out the ports from 32,768 on, others higher
_PORTS = itertools.count(random.randrange(LAST_PORT - FIRST_PORT))  # each process has its own
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_LIVING: "weakref.WeakSet[Child]" = weakref.WeakSet()


def _die_with_parent() -> None:
    """In the child, before it becomes another program."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port() -> int:
    """A port of loopback that nobody listens on now, and not asked for before.

    None of those that the system hands out (to whoever connects, too): until a child listens on
    it, and while a killed one is away, nobody else would be given it.
    """
    for number in itertools.islice(_PORTS, LAST_PORT - FIRST_PORT):
        port = FIRST_PORT + number % (LAST_PORT - FIRST_PORT)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("every port is taken")


class ChildFailed(Exception):
    """A process of the simulation ended or did not come up; the message holds its last words."""


class Child:
    """One process with its output in a file. Start it from the main thread: the kernel's
    parent-death signal follows the thread that started the child."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        log: Path,
        env: Mapping[str, str] | None = None,
        tied: bool = True,
    ) -> None:
        self.name = name
        self.log = log
        self.argv = list(argv)
        self._env = {**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})}
        self._tied = tied
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.alive:
            raise ChildFailed(f"{self.name} runs already")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._env,
                start_new_session=True,
                preexec_fn=_die_with_parent if self._tied else None,  # noqa: PLW1509 - one prctl only
            )
        _LIVING.add(self)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ChildFailed(f"{self.name} was never started")
        return self._process.pid

    def wait(self, timeout_s: float = STOP_S) -> int:
        """Its exit status. Raises subprocess.TimeoutExpired."""
        if self._process is None:
            raise ChildFailed(f"{self.name} was never started")
        return self._process.wait(timeout_s)

    def signal(self, number: signal.Signals) -> None:
        """To the whole group, if there is one left."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def kill(self) -> None:
        """SIGKILL, at once and in the middle of anything; reaped when this returns."""
        self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(STOP_S)

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def stop(self, timeout_s: float = STOP_S) -> None:
        """Politely, then not."""
        if not self.alive:
            return
        self.thaw()
        self.signal(signal.SIGTERM)
        try:
            self.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def last_words(self, characters: int = 1500) -> str:
        """The end of its output, for a person."""
        if not self.log.exists():
            return ""
        return self.log.read_text(encoding="utf-8", errors="replace")[-characters:]

    def until(self, ready: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Poll until it is `ready`. Raises ChildFailed when it ends or does not get there."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if not self.alive:
                raise ChildFailed(f"{self.name} ended before {what}:\n{self.last_words()}")
            if ready():
                return
            time.sleep(0.02)
        raise ChildFailed(f"{self.name}: no {what} in {timeout_s:g} s:\n{self.last_words()}")


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5):
            return True
    except OSError:
        return False


def _kill_all() -> None:
    for child in list(_LIVING):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            child.kill()


atexit.register(_kill_all)
