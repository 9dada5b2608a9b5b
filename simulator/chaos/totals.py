"""What a run came to: the line of totals and the figures, as text and as JSON."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from simulator.chaos.bounds import Violation

SHOWN = 20  # violations on the terminal; the file has all


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    minutes: float
    seed: int
    policy: str
    pendants: int
    speed: int

    def again(self) -> str:
        return (
            f"allswell-sim chaos --minutes {self.minutes:g} --seed {self.seed}"
            f" --policy {self.policy} --pendants {self.pendants} --speed {self.speed}"
        )


@dataclass(slots=True)
class Totals:
    """What came of it, so far or in the end. `sos`: whole presses; `resets`: pendants that started
    again by themselves; `early`: ended by hand, so that what needs healing was not checked."""

    seconds: float = 0.0
    visits: int = 0
    sos: int = 0
    stored: int = 0
    in_log: int = 0
    pages: int = 0
    resets: int = 0
    log_rows: int = 0
    statements: int = 0
    early: bool = False
    folder: str = ""
    faults: dict[str, int] = field(default_factory=dict)
    page_ms: list[int] = field(default_factory=list)  # from when there was a way to the page
    refusals: dict[str, int] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)


def line(totals: Totals) -> str:
    """The one line at the end."""
    faults = ", ".join(f"{name} {count}" for name, count in sorted(totals.faults.items()))
    said = (
        f"{totals.seconds / 60:.1f} minutes, {totals.visits} visits, {totals.sos} SOS"
        f" ({totals.stored} stored, {totals.in_log} in the log), {totals.pages} pages,"
        f" {sum(totals.faults.values())} faults ({faults or 'none'}),"
        f" {len(totals.violations)} violations"
    )
    return said + (" (ended early: not healed, so not all was checked)" if totals.early else "")


def spread(values: Iterable[int]) -> str:
    """`p50 0.4 s, worst 12.1 s`."""
    found = sorted(values)
    if not found:
        return "none"
    return f"p50 {found[len(found) // 2] / 1000:.1f} s, worst {found[-1] / 1000:.1f} s"


def ending(totals: Totals, wish: Wish) -> list[str]:
    """Everything that is said at the end, the totals last."""
    figures = (
        f"{totals.statements} statements over {totals.log_rows} rows of the log;"
        f" a page came, once there was a way: {spread(totals.page_ms)};"
        f" pendants that reset themselves: {totals.resets}"
    )
    said = [figures]
    for violation in totals.violations[:SHOWN]:
        at = "" if violation.at_ms < 0 else f" at {violation.at_ms / 1000:.1f} s"
        said.append(f"VIOLATION {violation.statement}{at}: {violation.what}")
    if totals.violations:
        said += [f"kept: {totals.folder}", f"again: {wish.again()}"]
        said.append("(a seed repeats the faults and their order; real processes keep no instant)")
    return [*said, line(totals)]


def as_json(totals: Totals, wish: Wish) -> dict[str, object]:
    """All of it; `again` is what to run."""
    return {"event": "totals", **asdict(wish), **asdict(totals), "again": wish.again()}
