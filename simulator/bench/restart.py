"""How long a restart takes with 100,000 open visits: from the process's start to the first due
deadline handled and committed. The real `allswell serve`, its
backlog drained from a real broker first.
"""

import contextlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from hub.clock import utc_ms
from hub.rules import form
from hub.rules import visit as rules
from hub.rules.model import Visit
from hub.store.changes import Changes, text_of
from hub.store.schema import NAME as DATABASE
from simulator.bench.broker import BenchBroker, broker
from simulator.bench.house import MINUTE_MS, House
from simulator.live.child import free_port
from simulator.live.hub import toml_table

VISITS = 100_000
PATIENCE_S = 120.0
_DUE = "SELECT 1 FROM log WHERE kind = 'due' AND seq > ? LIMIT 1"


def _copies(visit: Visit, count: int) -> list[Visit]:
    """The same open visit for `count` workers; nobody carries a pendant for the copies."""
    part = visit.parts[0]
    return [
        replace(visit, id=f"v-bench-{n}", parts=(replace(part, worker=f"copy-{n}", pendant=""),))
        for n in range(count)
    ]


def fill(folder: Path, count: int) -> int:
    """A database with `count` visits inside, whose call-backs are due in half an hour, and one
    that fell due while nobody ran. Returns the last row of its log."""
    now_ms = utc_ms() - 25 * MINUTE_MS
    house = House(folder, now_ms, 1)
    row = house.store.one("SELECT state FROM visit")
    if row is None:
        raise RuntimeError("the house has no visit")
    late = form.load_visit(json.loads(row[0]))
    terms = house.engine.state.terms[late.terms]
    ahead = {name: at_ms + 60 * MINUTE_MS for name, at_ms in late.parts[0].anchors.items()}
    later = replace(late, parts=(replace(late.parts[0], anchors=ahead),))
    changes = Changes()
    for visit in _copies(later, count - 1):
        due = rules.deadlines(terms, visit)
        changes.visit(visit, text_of(form.dump(visit)), due[0].due_ms, (now_ms, now_ms))
        for each in due:
            changes.deadline(f"visit:{visit.id}", each, 5)
    house.store.begin()
    changes.write(house.store)
    house.store.commit()
    last = house.engine.state.head.seq
    house.store.close()
    return last


def _settings(folder: Path, at: BenchBroker) -> Path:
    users = {f"{session}_password": at.passwords[f"allswell-hub-{session}"] for session in
             ("events", "beats")}  # fmt: skip
    tables = [
        toml_table("[organisation]", {"name": "Bench", "zone": "Europe/London"}),
        toml_table("[hub]", {"folder": "hub"}),
        toml_table("[broker]", {"host": "127.0.0.1", "port": at.port, **users}),
        toml_table("[web]", {"host": "127.0.0.1", "port": free_port()}),
        toml_table("[simulation]", {"enabled": True, "speed": 1}),
    ]
    path = folder / "allswell.toml"
    path.write_text("\n".join(tables), encoding="utf-8")
    return path


def _until_due(database: Path, last: int, process: "subprocess.Popen[bytes]") -> float:
    """When the first due deadline was in the log, by this process's clock."""
    conn = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    end = time.perf_counter() + PATIENCE_S
    with contextlib.closing(conn):
        while conn.execute(_DUE, (last,)).fetchone() is None:
            if process.poll() is not None or time.perf_counter() > end:
                raise RuntimeError("the hub handled no deadline")
            # Polling a file of another process: the figure is true to these 5 ms.
            time.sleep(0.005)
    return time.perf_counter()


def run() -> dict[str, float]:
    """One restart: filling the database takes longer than what is measured."""
    with tempfile.TemporaryDirectory(prefix="allswell-bench-restart-") as name, broker() as at:
        folder = Path(name)
        (folder / "hub").mkdir()
        last = fill(folder / "hub", VISITS)
        settings = _settings(folder, at)
        with (folder / "hub.log").open("wb") as out:
            began = time.perf_counter()
            argv = [sys.executable, "-m", "hub.cli", "serve", "--config", str(settings)]
            process = subprocess.Popen(argv, stdout=out, stderr=out)
            try:
                handled = _until_due(folder / "hub" / DATABASE, last, process)
            except RuntimeError as exc:
                raise RuntimeError((folder / "hub.log").read_text()[-2000:]) from exc
            finally:
                process.terminate()
                process.wait(30)
    return {"restart_100k_s": round(handled - began, 2)}
