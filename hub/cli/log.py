"""`allswell log`: the record, to read, to verify, to decide once more.

Rule: read only. What was erased is counted and never called right.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from hub import replay as again
from hub.cli.asking import opened
from hub.cli.shared import config_option, settings_of
from hub.rules.explain import sentence
from hub.settings import Settings
from hub.store.log import Problem
from hub.store.schema import NAME as DATABASE
from hub.store.views import LogLine

PEOPLE = {"by", "person", "tracker", "departure_contact"}  # facts that are a person's id


@click.group()
def log() -> None:
    """The append-only log: everything that happened, why, and that nobody altered it."""


def _connect(settings: Settings) -> sqlite3.Connection:
    with opened(settings):  # says what to do when there is none
        path = (settings.folder / DATABASE).resolve()
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


@log.command("show")
@config_option
@click.option("--visit", default="", help="Only of this visit and its alarms.")
@click.option("--alarm", default="", help="Only of this alarm.")
@click.option("--after", default=0, help="Only rows after this number.")
@click.option(
    "--limit",
    default=200,
    show_default=True,
    help="At most so many rows, the oldest first; --after goes on.",
)
@click.option("--last", type=click.IntRange(1), help="The newest so many rows instead.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def show(
    config: Path,
    visit: str,
    alarm: str,
    after: int,
    limit: int,
    last: int | None,
    as_json: bool,
) -> None:
    """One sentence for each row: when, what, why."""
    settings = settings_of(config)
    with opened(settings) as reader:
        zone = ZoneInfo(reader.genesis.zone)
        if visit:
            lines: Iterable[LogLine] = reader.visit_log(visit)
        elif alarm:
            lines = reader.alarm_log(alarm)
        else:
            with closing(_connect(settings)) as conn:
                from_seq = after if last is None else max(after, _newest(conn) - last)
                lines = list(again.show(conn, from_seq, last or limit))
        names = {person.id: person.name for person in reader.people()}
        later = [line for line in lines if line.seq > after]
        found = later[:limit] if last is None else later[-last:]
        for line in found:
            click.echo(json.dumps(asdict(line)) if as_json else text_of(line, zone, names))
        if not found:
            click.echo("no such rows", err=True)


def _newest(conn: sqlite3.Connection) -> int:
    """The number of the newest row. They are numbered without a gap."""
    (seq,) = conn.execute("SELECT COALESCE(MAX(seq), 0) FROM log").fetchone()
    return int(seq)


def text_of(line: LogLine, zone: ZoneInfo, names: dict[str, str]) -> str:
    """A row as one line, with names for ids."""
    at = datetime.fromtimestamp(line.at_ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
    facts: dict[str, object] = {**line.facts}
    for name, edge_ms in line.facts.items():  # the rules' own rows say their moments in numbers
        if name.startswith("blind_") and isinstance(edge_ms, int):
            edge = datetime.fromtimestamp(edge_ms / 1000, zone)
            facts[name.removesuffix("_ms")] = f"{edge:%H:%M:%S}"
    workers = (line.worker or str(facts.get("workers", ""))).split(",")
    facts |= {"worker": ", ".join(names.get(who, who) for who in workers), "by": line.by}
    for key in PEOPLE & facts.keys():
        facts[key] = names.get(str(facts[key]), facts[key])
    said = sentence(line.kind, **{key: value for key, value in facts.items() if value != ""})
    why = f" ({line.reason})" if line.reason and line.reason not in said else ""
    said = f"Refused: {said}" if line.refused else said  # else it reads as if it had been done
    if line.facts.get("undated"):  # else an old press would seem to be known to the second
        recorded = datetime.fromtimestamp(line.recorded_ms / 1000, zone)
        why += f" (when is not known: this is the earliest, {recorded:%d %b %H:%M:%S} the latest)"
    about = line.visit or line.alarm
    return f"{line.seq:>6}  {at}  {about:<12} {said}{why}"


@log.command("verify")
@config_option
@click.option("--json", "as_json", is_flag=True)
def verify(config: Path, as_json: bool) -> None:
    """Walk the chain of digests. Exit status 1 when a row was altered or is missing."""
    with closing(_connect(settings_of(config))) as conn:
        found = again.verify(conn)
    facts = {"ok": found.ok, "rows": found.rows, "erased": found.erased, "head": found.digest.hex()}
    _tell(facts, found.problems, as_json)


@log.command("replay")
@config_option
@click.option("--json", "as_json", is_flag=True)
def replay(config: Path, as_json: bool) -> None:
    """Decide every row once more. Exit status 1 when rules or state disagree with the log."""
    with closing(_connect(settings_of(config))) as conn:
        conn.execute("BEGIN")  # one snapshot: a running hub goes on writing
        found = again.replay(conn)
    facts = {
        "ok": found.ok,
        "rows": found.rows,
        "decided_again": found.decided_again,
        "other_version": found.other_version,
        "erased": found.erased,
    }
    _tell(facts, found.problems, as_json)


def _tell(facts: Mapping[str, object], problems: Iterable[Problem], as_json: bool) -> None:
    found = [asdict(problem) for problem in problems]
    if as_json:
        click.echo(json.dumps({**facts, "problems": found}))
    else:
        click.echo(", ".join(f"{key} {value}" for key, value in facts.items()))
        for problem in found:
            click.echo("  " + ": ".join(str(value) for value in problem.values()), err=True)
    if not facts["ok"]:
        raise SystemExit(1)
