"""The drawer for whoever teaches: what the hub holds of a wearer, what her pendant keeps, what was
heard of her. No pendant shows any of it.

The rule it keeps: it only reads, through the hub's read-only views and the names of the records.
"""

import contextlib
import sqlite3
import time
from pathlib import Path
from typing import Any

from firmware.boards.flash import SUFFIX
from hub.rules.model import Alarm, Visit
from hub.store.reader import Reader
from simulator.live.feed import Happening
from simulator.live.stage import Stage, pendant_of

HEARD_SHOWN = 14
RECORDS = {
    "e": "press the hub has not received",
    "o": "open SOS that the hub has",
    "c": "arrival she waits to have confirmed",
    "phase": "where the visit stands",
}
QUIET = ("flash",)


def drawer(stage: Stage, who: str, heard: list[Happening]) -> dict[str, Any]:
    """As the page draws it."""
    return {
        "hub": _hub(stage.hub.store, who, stage.feed.rule_ms()),
        "flash": records(stage.pendant(who).flash),
        "heard": [
            {"source": item.source, "what": item.what, "at": _clock(item.at_s)}
            for item in heard
            if item.who == who and item.source not in QUIET
        ][-HEARD_SHOWN:][::-1],
    }


def records(flash: Path) -> list[dict[str, str]]:
    """What lies on her flash, by kind; the records themselves are the pendant's."""
    names = sorted(path.name.removesuffix(SUFFIX) for path in flash.glob(f"*{SUFFIX}"))
    return [{"name": name, "is": RECORDS.get(name.partition("-")[0], "record")} for name in names]


def _hub(store: Path, who: str, now_ms: int) -> dict[str, Any]:
    try:
        with contextlib.closing(Reader(store)) as reader:
            visits = [row.visit for row in reader.board(now_ms).rows]
            alarms = reader.open_alarms()
            known = [each for each in reader.pendants() if each.id == pendant_of(who)]
    except sqlite3.Error:  # just being exchanged
        return {"visit": "not readable now", "alarms": [], "beat": ""}
    beat = known[0].last_beat_ms if known else 0
    return {
        "visit": _phase(visits, who),
        "alarms": [_alarm(each) for each in alarms if each.worker == who],
        "beat": f"{max(0, now_ms - beat) // 1000} s ago, by the hub's clock" if beat else "none",
    }


def _phase(visits: list[Visit], who: str) -> str:
    phases = [part.phase for visit in visits if (part := visit.part(who)) is not None]
    return ", ".join(phase.replace("_", " ") for phase in phases) or "no visit"


def _alarm(alarm: Alarm) -> str:
    silent = " (silent: nothing she feels or sees changes)" if alarm.silent else ""
    return f"{alarm.kind.replace('_', ' ')}, {alarm.state}{silent}"


def _clock(at_s: float) -> str:
    """Minutes and seconds since the panel began."""
    return time.strftime("%M:%S", time.gmtime(at_s))
