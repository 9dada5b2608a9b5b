"""`allswell backup` and `restore`: a copy that is whole, and its way back.

Rule: a backup is taken from the running hub in one snapshot, opened again and checked before it is
called one; a restore is only made where no hub runs, keeps what it replaces, and is noted.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import click

from hub.cli.asking import opened
from hub.cli.shared import config_option, settings_of
from hub.clock import utc_ms
from hub.engine.recovery import RESTORED
from hub.replay import Verified, verify
from hub.store.genesis import load as genesis_of
from hub.store.schema import NAME as DATABASE
from hub.store.store import LOCK, held


@click.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(config: Path, file: Path) -> None:
    """Copy the database to FILE, beside the running hub, and verify the copy."""
    settings = settings_of(config)
    if file.exists():
        raise click.ClickException(f"{file} is already there: name another file")
    with opened(settings):
        source = (settings.folder / DATABASE).resolve()
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(part)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    found = _check(part)
    part.replace(file)
    click.echo(f"{file}: {found.rows} rows, the chain holds, head {found.digest.hex()[:16]}")


def _check(file: Path) -> Verified:
    """Raises ClickException unless it is a whole hub database whose chain holds."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as conn:
            (sound,) = conn.execute("PRAGMA integrity_check").fetchone()
            if sound != "ok" or genesis_of(conn) is None:
                raise click.ClickException(f"{file} is no whole hub database: {sound}")
            found = verify(conn)
    except sqlite3.Error as exc:
        raise click.ClickException(f"{file} is no hub database: {exc}") from exc
    if not found.ok:
        raise click.ClickException(f"{file}: the log does not verify: {found.problems[0]}")
    return found


@click.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--yes", is_flag=True, help="Replace a database that is there (it is kept aside).")
def restore(config: Path, file: Path, yes: bool) -> None:
    """Put the copy in FILE in the place of the database. No hub may run.

    What happened after the copy was taken is not in it. Pendants carry their open SOS and raise
    them again by themselves; visits that began since must be entered again.
    """
    settings = settings_of(config)
    _check(file)
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = settings.folder / DATABASE
    with held(settings.folder):
        if target.exists():
            if not yes:
                raise click.ClickException(f"{target} is there: --yes keeps it aside, replaces it")
            _set_aside(target)
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy,
            closing(sqlite3.connect(target)) as fresh,
        ):
            copy.backup(fresh)
            fresh.execute(
                "INSERT INTO meta (key, value) VALUES (?, ?)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (RESTORED, str(utc_ms())),
            )
            fresh.commit()
    click.echo(f"{target} is restored from {file}; start the hub, then look at the board")


def _set_aside(target: Path) -> None:
    """The old database with its WAL, under another name."""
    stamp = utc_ms()
    for path in sorted(target.parent.glob(target.name + "*")):
        if path.name != LOCK and ".before-" not in path.name:
            path.rename(path.with_name(f"{path.name}.before-{stamp}"))
