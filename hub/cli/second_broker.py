"""`allswell second-broker`: everything for one more broker, in a folder to carry to its machine.

Rule: it knows the authority by its certificate and never gets the authority's key; what it keeps
and forwards is signed, so it is trusted with no more than the first.
"""

import getpass
import shutil
from pathlib import Path

import click
from cryptography.hazmat.primitives.serialization import Encoding

from hub.app import Refused
from hub.cli.asking import opened
from hub.cli.shared import config_option, lawful_addresses, settings_of
from hub.clock import utc_ms
from hub.devices import broker, certificates, keyring, site, units
from hub.devices.private_file import write_private
from hub.settings import TLS_PORT, Settings
from hub.store.schema import NAME as DATABASE
from hub.verify import REVOKED


@click.command("second-broker")
@config_option
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--address",
    "addresses",
    multiple=True,
    callback=lawful_addresses,
    help="This broker, as pendants and the hub reach it; needed the first time.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="By default as in the settings, else 8883."
)
def second_broker(config: Path, folder: Path, addresses: tuple[str, ...], port: int | None) -> None:
    """Make FOLDER for a second broker: its settings, rights, certificate and systemd unit.

    Carry it to the other machine, to the same place. Make it again after `pendant revoke` and after
    `keys renew broker-2`; only the broker's store is left alone.
    """
    settings = settings_of(config)
    keys = settings.broker.keys
    port = port or (settings.broker.second_port if settings.broker.second_host else TLS_PORT)
    if keys is None:
        raise Refused("a second broker goes by certificates, and this hub has none ([broker] tls)")
    folder = folder.absolute()
    if settings.broker.files is not None and folder == settings.broker.files.absolute():
        raise click.UsageError(f"{folder} is the first broker's: name another folder")
    is_known = certificates.cert_file(keys, keyring.BROKER_2).exists()
    if not (is_known or addresses):
        raise click.UsageError("--address is needed: where do the hub and the pendants reach it?")
    if addresses or not is_known:
        keyring.renew(keys, keyring.BROKER_2, utc_ms(), addresses)
    _write(folder, keys, port, _revoked(settings))
    click.echo(f"Made {folder}: carry it to the second machine, to the same place; there:")
    click.echo(f"      mosquitto -c {folder / broker.CONF}")
    if not settings.broker.second_host:
        reached = addresses or certificates.addresses(certificates.read(keys, keyring.BROKER_2))
        outside = [each for each in reached if each not in keyring.HERE]
        click.echo("In the hub's settings under [broker], then start the hub again:")
        click.echo(f'      second_host = "{(outside or ["127.0.0.1"])[0]}"')
        click.echo(f"      second_port = {port}")


def _write(folder: Path, keys: Path, port: int, revoked: list[str]) -> None:
    own = folder / certificates.FOLDER
    for each in (folder, own, folder / broker.STORE):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificates.write(own, certificates.BROKER, certificates.read(keys, keyring.BROKER_2))
    ca = certificates.read_certificate(keys, certificates.CA).public_bytes(Encoding.PEM)
    write_private(certificates.cert_file(own, certificates.CA), ca)
    site.set_revoked(folder, revoked)
    user, conf = getpass.getuser(), folder / broker.CONF
    write_private(conf, broker.mosquitto_conf(folder, port, "", user, tls=True))
    mosquitto = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    unit = units.broker_unit(folder, user, mosquitto, conf)
    write_private(folder / units.BROKER_UNIT, unit)


def _revoked(settings: Settings) -> list[str]:
    if not (settings.folder / DATABASE).exists():
        return []
    with opened(settings) as reader:
        return [each.id for each in reader.pendants() if each.state == REVOKED]
