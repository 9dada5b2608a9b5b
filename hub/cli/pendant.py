"""`allswell pendant`: put pendants on the hub's and the broker's books, take them off.

Rule: a secret is shown once, in the pendant's own settings; only the hub keeps a copy.
"""

import json
import secrets
from datetime import UTC, datetime
from pathlib import Path

import click

from hub.cli.asking import give, opened
from hub.cli.shared import config_option, settings_of
from hub.devices import site
from hub.ids import RandomIds
from hub.settings import Settings
from hub.store.views import Pendant
from protocol.codec import SECRET_BYTES
from protocol.record import is_id

PASSWORD_BYTES = 24


@click.group()
def pendant() -> None:
    """Pendants: add, list, revoke. Works beside a running hub and without one."""


def _lawful(_: click.Context, __: click.Parameter, value: str) -> str:
    if not is_id(value):
        raise click.BadParameter(
            f"{value!r} is wrong; allowed are lower case letters, digits and inner hyphens, at"
            " most 32"
        )
    return value


@pendant.command("add")
@config_option
@click.argument("name", callback=_lawful)
@click.option("--worker", default="", help="Id of the person who carries it.")
@click.option("--broker-host", help="The broker as the pendant reaches it; else as the hub does.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=Path("-"),
    help="Write the pendant's settings there (only its owner may read it); else they are printed.",
)
def add(config: Path, name: str, worker: str, broker_host: str | None, out: Path) -> None:
    """Make a secret for pendant NAME and print its settings.json, once.

    The file goes into the pendant's folder `/pendant`. Adding a pendant that is known gives it a
    new secret: the old one is worth nothing from then on.
    """
    settings = settings_of(config)
    if str(out) != "-" and out.exists():
        raise click.UsageError(f"{out} is already there: name another file, or remove it")
    secret, key_id = secrets.token_bytes(SECRET_BYTES).hex(), RandomIds().key()
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    answer = give(
        settings,
        "add_pendant",
        {"id": name, "worker": worker, "secret": secret, "key_id": key_id},
    )
    if not answer.ok:
        where = " People stand in the settings; the hub reads them when it starts." * bool(worker)
        raise click.ClickException(answer.reason + where)
    text = json.dumps(
        {
            "pendant": name,
            "key_id": key_id,
            "secret": secret,
            "broker_host": broker_host or settings.broker.host,
            "broker_port": settings.broker.port,
            "username": name,
            "password": password,
        },
        indent=2,
    )
    if str(out) == "-":
        click.echo(text)
    else:
        site.write_private(out, text + "\n")
        click.echo(f"pendant {name}: its settings are in {out}", err=True)
    _tell_broker(settings, name, password)


def _tell_broker(settings: Settings, name: str, password: str) -> None:
    folder = settings.broker.files
    if folder is None:
        click.echo(
            f"Give the broker a user {name!r} with the password in these settings: its files are"
            " not the hub's ([broker] files).",
            err=True,
        )
        return
    site.set_user(folder, name, password)
    _reload(folder)


def _reload(folder: Path) -> None:
    if not site.reload(folder):
        click.echo("The broker is not running here: it reads its files when it starts.", err=True)


@pendant.command("revoke")
@config_option
@click.argument("name", callback=_lawful)
def revoke(config: Path, name: str) -> None:
    """Pendant NAME may send an SOS and nothing else: it was lost, stolen or handed in."""
    settings = settings_of(config)
    answer = give(settings, "revoke_pendant", {"pendant": name})
    if not answer.ok:
        raise click.ClickException(answer.reason)
    click.echo(answer.reason)
    if settings.broker.files is not None:
        with opened(settings) as reader:
            revoked = [each.id for each in reader.pendants() if each.state != "active"]
        site.set_revoked(settings.broker.files, revoked)
        _reload(settings.broker.files)


@pendant.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One object for each pendant.")
def show(config: Path, as_json: bool) -> None:
    """Which pendants there are, who carries them, when they were last heard."""
    with opened(settings_of(config)) as reader:
        found = reader.pendants()
    if as_json:
        click.echo(json.dumps([_facts(each) for each in found], indent=2))
        return
    for each in found:
        heard = _time(each.last_beat_ms) if each.last_beat_ms else "never heard"
        click.echo(f"{each.id:<20} {each.worker or '-':<16} {each.state:<8} {heard}")
    if not found:
        click.echo("There are no pendants: allswell pendant add NAME --worker PERSON")


def _facts(each: Pendant) -> dict[str, object]:
    return {
        "id": each.id,
        "worker": each.worker,
        "state": each.state,
        "last_beat_ms": each.last_beat_ms,
        "battery_pct": each.battery_pct,
        "signal_pct": each.signal_pct,
    }


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
