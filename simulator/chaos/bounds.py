"""How long is allowed, and what a broken statement says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Milliseconds of the world's time. `lag_ms`: what a busy machine may add to anything that is
    stated in seconds; 0 in a world whose time is virtual."""

    stored_ms: int = 5_000  # from the end of the gesture, with power
    flash_again_ms: int = 35_000  # a record that the flash refused is asked for again by then
    not_sent_ms: int = 10_000  # from the beginning of the press
    paged_ms: int = 60_000  # from when there is a way, and stays
    lag_ms: int = 0


@dataclass(frozen=True, slots=True)
class Violation:
    """`statement`: its name in STATEMENTS. `at_ms`: in the world, or -1 where it has no moment."""

    statement: str
    at_ms: int
    what: str
