"""`allswell policy show | diff | replay`: procedures as a safety manager reads them.

Rule: what is shown is what a hub would obey, down to the clause; a procedure is named by a shipped
id, by a file, or by the id of the terms that a visit was planned under.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from hub.cli.shared import config_option, settings_of
from hub.policy import again
from hub.policy import diff as differing
from hub.policy import show as paper_of
from hub.policy.load import PolicyFaults, load, shipped
from hub.policy.model import Policy
from hub.policy.saying import counted
from hub.policy.terms import terms_from
from hub.store.schema import NAME as DATABASE
from hub.toml_source import Fault


def path_of(name: str) -> Path:
    """A shipped procedure's file, or the file itself."""
    return Path(name) if name.endswith(".toml") else shipped(name)


def named(name: str, config: Path | None = None) -> Policy:
    """By shipped id, file, or terms id (`homemaker-exeter@1:0123456789ab`, from the database)."""
    if "@" not in name or name.endswith(".toml"):
        return load(path_of(name))
    folder = settings_of(config).folder if config is not None else Path()
    with closing(reading(folder)) as conn:
        row = conn.execute("SELECT source FROM terms WHERE id = ?", (name,)).fetchone()
    if row is None:
        raise PolicyFaults([Fault(name, 1, "", "is in no visit's terms of this hub")])
    return terms_from(row[0])


def reading(where: Path) -> sqlite3.Connection:
    """A hub's database, by its folder or file, opened to read only."""
    path = (where / DATABASE if where.is_dir() else where).resolve()
    if not path.is_file():
        raise PolicyFaults([Fault(str(where), 1, "", f"has no {DATABASE}: is it a hub's folder?")])
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


@click.command("show")
@click.argument("name")
@click.option("--html", "as_html", is_flag=True, help="A fragment for a page.")
@click.option("--json", "as_json", is_flag=True)
@config_option
def show(name: str, as_html: bool, as_json: bool, config: Path) -> None:
    """A procedure in plain English, grouped as a visit goes, each sentence with its clause.

    NAME is a shipped id, a file of yours, or the id of a visit's terms.
    """
    found = paper_of.paper(named(name, config))
    if as_html:
        click.echo(paper_of.html(found))
    elif as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        for line in paper_of.text(found):
            click.echo(line)


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True)
@config_option
def diff(old: str, new: str, as_json: bool, config: Path) -> None:
    """What NEW changes of OLD, in plain words. Both are ids, files, or ids of a visit's terms."""
    changes = differing.changes(named(old, config), named(new, config))
    if as_json:
        click.echo(json.dumps([asdict(change) for change in changes], indent=2))
        return
    for line in differing.text(changes):
        click.echo(line)


@click.command("replay")
@click.argument("name")
@click.option(
    "--log",
    "where",
    required=True,
    type=click.Path(path_type=Path, exists=True),
    help="A hub's folder, or its database.",
)
@click.option("--since", default="", help="Only visits planned from this day on, like 2026-05-01.")
@click.option("--json", "as_json", is_flag=True)
def replay(name: str, where: Path, since: str, as_json: bool) -> None:
    """What would have gone otherwise by the procedure NAME, with what that hub recorded.

    Reads only. What people would have done otherwise it does not know, and says so.
    """
    policy = load(path_of(name))
    with closing(reading(where)) as conn:
        found = again.retell(conn, policy, _since_ms(conn, since))
    if as_json:
        click.echo(json.dumps({**asdict(found), "counts": found.counts}, indent=2))
        return
    for line in _retold(found):
        click.echo(line)


def _since_ms(conn: sqlite3.Connection, since: str) -> int:
    """Midnight of that day where the organisation is."""
    if not since:
        return 0
    zone = ZoneInfo(str(conn.execute("SELECT zone FROM genesis").fetchone()[0]))
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise click.BadParameter(f"{since!r} is no day like 2026-05-01") from None
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def _retold(found: again.Retold) -> list[str]:
    zone = ZoneInfo(found.zone)
    lines = [
        f"{counted(found.visits, 'visit')}; {found.same} would have gone the same.",
        f"{found.faithful} of them ring in this run as they rang in the log.",
    ]
    if found.erased:
        lines.append(f"{found.erased} cannot be told: what was recorded of them is erased.")
    lines += [f"{count:>5}  {what}" for what, count in sorted(found.counts.items())]
    for each in found.differences:
        at = datetime.fromtimestamp(each.at_ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
        cited = f" ({', '.join(each.clause)})" if each.clause else ""
        guess = "" if each.known else " [a guess: not recorded then]"
        lines.append(f"{each.visit}  {at}  {each.what}: {each.said}{cited}{guess}")
    return [*lines, "What this cannot tell:", *(f"  {said}" for said in again.UNKNOWN)]
