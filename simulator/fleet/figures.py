"""What a run of a fleet came to, in figures, and how the processor was spent."""

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Figures:
    """`lost`: presses that the hub's log does not hold, or whose pendant never learnt that it has
    them; by pendant. CPU: of one core, -1 where the system does not tell."""

    pendants: int = 0
    thin: int = 0
    interpreter: str = ""
    connected: int = 0
    thin_connected: int = 0
    dropped: int = 0
    seconds: float = 0.0
    beats_per_s: float = 0.0
    standings_per_s: float = 0.0
    sos: int = 0
    unmade: int = 0  # gestures that a busy machine spoilt: no press was made of them
    receipt_ms: dict[str, float] = field(default_factory=dict)
    thin_receipt_ms: dict[str, float] = field(default_factory=dict)
    page_ms: dict[str, float] = field(default_factory=dict)
    unpaged: int = 0
    hub_cpu: float = -1.0
    broker_cpu: float = -1.0
    own_cpu: float = -1.0
    pendant_mb: float = 0.0
    lost: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        missing = self.pendants + self.thin - self.connected - self.thin_connected
        return not self.lost and not self.unpaged and not missing


class Meter:
    """Processor time of one process between `begin` and `end`."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._began_s = 0.0
        self.used_s = -1.0

    def begin(self) -> None:
        self._began_s = cpu_s(self._pid)

    def end(self) -> None:
        now_s = cpu_s(self._pid)
        if now_s >= 0 and self._began_s >= 0:
            self.used_s = now_s - self._began_s

    def share(self, seconds: float) -> float:
        """Of one core."""
        return -1.0 if self.used_s < 0 or not seconds else round(self.used_s / seconds, 3)


def cpu_s(pid: int) -> float:
    """User and system time so far; -1 where there is no /proc."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return -1.0
    words = text.rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pids: Iterable[int]) -> float:
    """Of each process on average, what it shares divided by who shares it; 0 if it is not told."""
    found = [kb for pid in pids if (kb := _pss_kb(pid))]
    return round(sum(found) / len(found) / 1024, 1) if found else 0.0


def _pss_kb(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    lines = [line.split() for line in text.splitlines() if line.startswith("Pss:")]
    return int(lines[0][1]) if lines else 0


def _spread(found: dict[str, float]) -> str:
    if not found:
        return "none"
    return f"p50 {found['p50_ms']:g} ms, p99 {found['p99_ms']:g} ms"


def _share(share: float) -> str:
    return "not told" if share < 0 else f"{100 * share:.0f} %"


def _unmade(figures: Figures) -> str:
    return f" ({figures.unmade} more gestures were spoilt by the machine)" if figures.unmade else ""


def lines(figures: Figures) -> list[str]:
    """For a person."""
    made = {"micropython": "MicroPython, a process each", "cpython": "CPython, forked"}
    each = f", {figures.pendant_mb:g} MB each" if figures.pendant_mb else ""
    return [
        (
            f"connected   {figures.connected} of {figures.pendants} pendants"
            f" ({made[figures.interpreter]}{each}), {figures.thin_connected} of {figures.thin}"
            f" thin clients; {figures.dropped} connections dropped"
        ),
        f"up          {figures.beats_per_s:g} beats/s over {figures.seconds:g} s",
        f"down        {figures.standings_per_s:g} standings/s",
        f"SOS         {figures.sos}{_unmade(figures)}",
        f"to receipt  as felt: {_spread(figures.receipt_ms)}",
        f"            thin clients: {_spread(figures.thin_receipt_ms)}",
        f"to page     {_spread(figures.page_ms)}; without a page: {figures.unpaged}",
        (
            f"processor   hub {_share(figures.hub_cpu)}, broker {_share(figures.broker_cpu)},"
            f" this process {_share(figures.own_cpu)} of a core"
        ),
        f"lost        {len(figures.lost)}"
        + "".join(f"\n            {each}" for each in figures.lost),
    ]


def as_json(figures: Figures) -> dict[str, object]:
    return {"event": "figures", **asdict(figures), "ok": figures.ok}
