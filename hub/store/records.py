"""`Records`: what the registers hold, read only. A part of `Reader`.

Rule: what is secret stands in a table that no reader names (ADR 0016).
"""

import json
import sqlite3
from abc import ABC, abstractmethod

from hub.rules import form
from hub.rules.model import Record
from hub.store.views import shown


class Records(ABC):
    """Whoever is a reader says where from."""

    @abstractmethod
    def _conn(self) -> sqlite3.Connection:
        """This thread's connection."""

    def records(self, kind: str, ended: bool = False, limit: int = 500) -> tuple[Record, ...]:
        """Of one register: those that still count, or those that have ended; newest first."""
        return self._records("kind = ? AND open = ?", (kind, int(not ended)), limit)

    def records_about(
        self, client: str = "", worker: str = "", kind: str = "", limit: int = 500
    ) -> tuple[Record, ...]:
        """About a client or a worker, of one register or all; newest first."""
        column, name = ("client", client) if client else ("worker", worker)
        if not name:
            return ()
        where, values = (" AND kind = ?", (kind,)) if kind else ("", ())
        asked = f"{column} = ? AND {column} <> ''{where}"
        return self._records(asked, (name, *values), limit)

    def record(self, record_id: str) -> Record | None:
        return next(iter(self._records("id = ?", (record_id,), 1)), None)

    def _records(self, where: str, values: tuple[str | int, ...], limit: int) -> tuple[Record, ...]:
        found = self._conn().execute(
            f"SELECT state_json FROM record WHERE {where} ORDER BY changed_ms DESC, id LIMIT ?",
            (*values, limit),
        )
        return tuple(shown(form.load_record(json.loads(state))) for (state,) in found)
