"""`allswell pendant renew`: a longer life on the hub's books, and a fresh certificate if asked.

Rule: the hub alone says whether a pendant may still begin a visit; nothing has to be put on the
pendant for that. A fresh certificate does: it is wanted when the old one nears its own end, or
after the authority was made anew.
"""

from pathlib import Path

import click

from hub.cli.asking import give
from hub.cli.pendant.credentials import issue
from hub.cli.pendant.shared import USUAL_DAYS, day, keys_of, lawful, told, until_ms
from hub.cli.shared import config_option, settings_of
from hub.clock import utc_ms
from hub.devices.private_file import write_private


@click.command("renew")
@config_option
@click.argument("name", callback=lawful)
@click.option(
    "--days",
    type=click.IntRange(0),
    default=USUAL_DAYS,
    show_default=True,
    help="From today; 0: for ever.",
)
@click.option(
    "--certificate",
    "out",
    type=click.Path(path_type=Path),
    help="Also make a new certificate, and this folder with it and its key.",
)
def renew(config: Path, name: str, days: int, out: Path | None) -> None:
    """Let visits begin with pendant NAME for so many days more."""
    settings = settings_of(config)
    keys = keys_of(settings)
    if out is not None and out.exists():
        raise click.UsageError(f"{out} is already there: name another folder, or remove it")
    if out is not None and keys is None:
        raise click.UsageError("pendants here log in by password: there is no certificate to renew")
    valid_until_ms = until_ms(days, utc_ms())
    answer = give(settings, "renew_pendant", {"pendant": name, "valid_until_ms": valid_until_ms})
    if not answer.ok:
        raise click.ClickException(answer.reason)
    until = f"until {day(valid_until_ms)}" if valid_until_ms else "for ever"
    click.echo(f"pendant {name} is valid {until}")
    if out is None or keys is None:
        return
    with told():
        files = issue(keys, name, utc_ms())
    out.mkdir(mode=0o700, parents=True)
    for each, blob in files.items():
        write_private(out / each, blob)
    click.echo(f"Next: allswell pendant flash {name} --running --from {out}, then remove {out}")
