"""`allswell password`: the hash that stands in the settings; or a new password for one person."""

from pathlib import Path

import click

from hub.cli.asking import give
from hub.cli.shared import config_option, settings_of
from hub.web.passwords import PASSWORD_MIN, Passwords


@click.command()
@config_option
@click.option("--person", default="", help="Set it for this person at once; else print the hash.")
@click.password_option(help="Asked for when it is not given; what is given here others may see.")
def password(config: Path, person: str, password: str) -> None:
    """Make the argon2id hash of a password, for `password_hash` in the settings.

    A hash that stands in the settings counts at every start; without one, what --person set counts.
    """
    if len(password) < PASSWORD_MIN:
        raise click.UsageError(f"a password has {PASSWORD_MIN} characters or more")
    made = Passwords().hash(password)
    if not person:
        click.echo(made)
        return
    answer = give(settings_of(config), "set_password", {"person": person, "password_hash": made})
    if not answer.ok:
        raise click.ClickException(answer.reason)
    click.echo(answer.reason)
