"""`allswell invite`: a one-time link by which somebody chooses her own password.

Rule: the link goes to stdout and nowhere else; what is kept of it opens nothing.
"""

import os
from dataclasses import replace
from pathlib import Path

import click

from hub.cli.asking import opened
from hub.cli.serve import without_file
from hub.cli.shared import config_option, settings_of
from hub.clock import utc_ms
from hub.settings import Settings
from hub.store.schema import NAME as DATABASE
from hub.web.invitations import LASTS_H, LONGEST_H, WAY_IN, Invitations
from hub.web.sessions import NAME


@click.command()
@config_option
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder of a hub without a file (`allswell serve --data`).",
)
@click.option("--url", default="", help="Where the board is served, if not as in the settings.")
@click.argument("person")
@click.option(
    "--hours",
    type=click.IntRange(1, LONGEST_H),
    default=LASTS_H,
    show_default=True,
    help="How long it works.",
)
def invite(config: Path, data: Path | None, url: str, person: str, hours: int) -> None:
    """Print a link by which PERSON, by her id, chooses her password and is logged in.

    It works once, and ends an older one of hers. Works beside a running hub and without one; hand
    it to her yourself: whoever opens it first is her.
    """
    settings = settings_of(config) if data is None else without_file(data)
    if url:
        settings = replace(settings, web=replace(settings.web, public_url=url))
    entry = next((each for each in settings.people if each.id == person), None)
    if entry is None:
        raise click.ClickException(
            f"there is no person {person[:40]!r} in the settings: add a [[person]] and start the"
            " hub again"
        )
    if entry.password_hash or entry.password:
        raise click.ClickException(
            f"the password of {person} stands in the settings and would count again at the next"
            " start: take it out, start the hub again, and invite her then"
        )
    link = link_for(settings, person, hours)
    said = f"{entry.name} ({person}) chooses her password here, once, within {hours} hours:"
    click.echo(said, err=True)
    click.echo(link)
    if not _is_known(settings, person):
        said = f"The hub does not know {person} yet: start it again, the link works from then on."
        click.echo(said, err=True)


def _is_known(settings: Settings, person: str) -> bool:
    """To the hub as it runs; one that never ran reads the settings at its start."""
    if not (settings.folder / DATABASE).exists():
        return True
    with opened(settings) as reader:
        return any(each.id == person for each in reader.people())


def link_for(settings: Settings, person: str, hours: int) -> str:
    """The whole address; only its digest is kept."""
    before = os.umask(0o077)  # as the hub itself: what SQLite writes there is ours alone, too
    try:
        settings.folder.mkdir(parents=True, exist_ok=True)
        invitations = Invitations(settings.folder / NAME, utc_ms)
        token = invitations.make(person, hours)
        invitations.close()
    finally:
        os.umask(before)
    return f"{settings.web.url}{WAY_IN}{token}"
