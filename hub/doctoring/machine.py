"""What the doctor sees of the machine: its clock, its disk.

Rule: the kernel is asked, not a program that may keep the clock: they all tell it there.
"""

import ctypes
import shutil
from collections.abc import Iterator
from pathlib import Path

from hub.clock import utc_ms
from hub.doctoring.finding import Finding

MIN_FREE_BYTES = 500_000_000  # a year of a small team's log, and room for a backup
FIRST_MS = 1_767_225_600_000  # 2026-01-01: a clock before it was never set
AHEAD_MS = 5_000  # by how much the last commit may lie in the future: nothing is so slow
TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
TIMEX_BYTES = 512  # struct timex has 208 on Linux; all zero it asks and sets nothing


def clock(last_commit_ms: int = 0) -> Iterator[Finding]:
    """The machine's time, by itself and against what the hub has committed already."""
    now_ms = utc_ms()
    if now_ms < FIRST_MS:
        yield Finding("clock", "it was never set", "Set it, and keep it by NTP.")
        return
    if last_commit_ms - now_ms > AHEAD_MS:
        late_s = (last_commit_ms - now_ms) // 1000
        said = f"it is {late_s} s behind what the hub has recorded already"
        yield Finding("clock", said, "Set it right; until then the hub's time stands still.")
    told = kernel_says()
    if told is None:
        said = "this system does not tell whether it is synchronised"
        yield Finding("clock", said, "Keep it by NTP, and look now and then.", grave=False)
    elif not told:
        yield Finding("clock", "it is not synchronised", "timedatectl set-ntp true")


def kernel_says() -> bool | None:
    """Whether the clock is synchronised (adjtimex(2), where chrony, ntpd and systemd-timesyncd all
    tell it); None: no such call here."""
    ask = getattr(ctypes.CDLL(None), "adjtimex", None)
    if ask is None:
        return None
    state = int(ask(ctypes.create_string_buffer(TIMEX_BYTES)))
    return None if state < 0 else state != TIME_ERROR


def disk(folder: Path) -> Iterator[Finding]:
    """Room to go on, and nobody else's eyes."""
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        said = f"{free // 1_000_000} MB are free in {folder}"
        yield Finding("disk", said, "Make room: a full disk stops every turn of the hub.")
    if folder.stat().st_mode & 0o077:
        yield Finding("folder", f"others may look into {folder}", f"chmod 700 {folder}")
