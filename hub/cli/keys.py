"""`allswell keys`: the certificates of broker and hub, how long they last, new ones in their place.

Rule: a renewal asks nothing of a pendant, and what it cannot do by itself (a restart) it says.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from hub.app import Refused
from hub.cli.shared import config_option, lawful_addresses, settings_of
from hub.clock import utc_ms
from hub.devices import keyring, site
from hub.devices.certificates import BROKER, CA, NAMES
from hub.devices.keyring import BROKER_2, KeyState
from hub.settings import Settings

BROKERS = (BROKER, BROKER_2)


@click.group()
def keys() -> None:
    """The installation's own keys: list, renew. Pendants' are `allswell pendant`."""


@keys.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One object for each.")
def show(config: Path, as_json: bool) -> None:
    """Which certificates there are and for how long. Exit status 1 when one wants something."""
    found = keyring.look(_folder(settings_of(config)), utc_ms())
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
    else:
        for each in found:
            click.echo(_line(each))
    if any(each.fault for each in found):
        raise SystemExit(1)


def _line(each: KeyState) -> str:
    if not each.until_ms:
        return f"{each.name:<11} {each.fault}. {each.mend}"
    until = datetime.fromtimestamp(each.until_ms / 1000, UTC)
    line = f"{each.name:<11} {each.subject:<20} until {until:%Y-%m-%d}, {each.days} days"
    for more in (" ".join(each.addresses), each.note):
        line += f"; {more}" if more else ""
    return f"{line}\n{'':<11} {each.fault}. {each.mend}" if each.fault else line


@keys.command()
@config_option
@click.argument("names", nargs=-1, type=click.Choice((*NAMES, BROKER_2)))
@click.option("--all", "everything", is_flag=True, help="Each there is.")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    callback=lawful_addresses,
    help="Of a broker: how pendants reach it from now on; without it as before.",
)
def renew(config: Path, names: Sequence[str], everything: bool, addresses: tuple[str, ...]) -> None:
    """New certificates in the place of NAMES, the authority's own before the others."""
    settings = settings_of(config)
    folder = _folder(settings)
    wanted = keyring.names(folder) if everything else tuple(dict.fromkeys(names))
    if not wanted:
        raise click.UsageError(f"name what to renew ({', '.join((*NAMES, BROKER_2))}), or --all")
    if addresses and len([name for name in wanted if name in BROKERS]) != 1:
        raise click.UsageError("--address goes with one broker: name it alone")
    now_ms = utc_ms()
    for name in sorted(wanted, key=lambda name: name != CA):
        given = addresses if addresses and name in BROKERS else None
        made = keyring.renew(folder, name, now_ms, given)
        until = made.certificate.not_valid_after_utc
        click.echo(f"{name} is renewed until {until:%Y-%m-%d}. {keyring.AFTER[name]}")
    files = settings.broker.files
    if files is not None and {CA, BROKER} & {*wanted} and not site.reload(files):
        click.echo("The broker is not running here: it reads its files when it starts.", err=True)


def _folder(settings: Settings) -> Path:
    """Raises Refused."""
    if settings.broker.keys is None:
        raise Refused("this hub goes by users and passwords ([broker] tls): it has no certificates")
    return settings.broker.keys
