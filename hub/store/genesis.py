"""The first row: whose database this is, and whether it holds real people or a simulation.

Only a SIMULATION database accepts a scaled clock, demo logins or loopback pages (ADR 0008). The
row is final; the log's chain starts from its digest, so it cannot be swapped either.
"""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from zoneinfo import ZoneInfo

REAL = "REAL"
SIMULATION = "SIMULATION"
MODES = (REAL, SIMULATION)


class GenesisRefused(Exception):
    """The wanted genesis is unlawful, or does not fit the one that stands."""


@dataclass(frozen=True, slots=True)
class Genesis:
    """`zone` is the organisation's IANA time zone; everything stored is UTC."""

    id: str
    organisation: str
    zone: str
    mode: str
    created_ms: int

    @property
    def digest(self) -> bytes:
        """What the log's first row is chained to."""
        fields = [self.id, self.organisation, self.zone, self.mode, self.created_ms]
        return hashlib.sha256(json.dumps(fields).encode()).digest()

    def check(self) -> None:
        """Raises GenesisRefused with what is allowed."""
        if self.mode not in MODES:
            raise GenesisRefused(f"mode {self.mode!r}: allowed are {' and '.join(MODES)}")
        if not self.organisation.strip():
            raise GenesisRefused("the organisation needs a name")
        try:
            ZoneInfo(self.zone)
        except (ValueError, OSError) as exc:  # ZoneInfoNotFoundError is a KeyError
            raise GenesisRefused(f"{self.zone!r} is no IANA time zone") from exc
        except KeyError as exc:
            raise GenesisRefused(f"{self.zone!r} is no IANA time zone, e.g. Europe/London") from exc


def load(conn: sqlite3.Connection) -> Genesis | None:
    row = conn.execute("SELECT id, organisation, zone, mode, created_ms FROM genesis").fetchone()
    return None if row is None else Genesis(*row)


def require_simulation(genesis: Genesis, what: str) -> None:
    """Raises GenesisRefused when `what` is asked of a database that holds real people."""
    if genesis.mode != SIMULATION:
        raise GenesisRefused(
            f"{what} needs a SIMULATION database; this one of {genesis.organisation} is"
            f" {genesis.mode}"
        )
