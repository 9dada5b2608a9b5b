"""`allswell policy show | diff`: procedures as a safety manager reads them.

Rule: what is shown is what a hub would obey, down to the clause; a procedure is named by a shipped
id, by a file, or by the id of the terms that a visit was planned under.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import click

from hub.cli.shared import config_option, settings_of
from hub.policy import diff as differing
from hub.policy import show as paper_of
from hub.policy.load import PolicyFaults, load, shipped
from hub.policy.model import Policy
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
