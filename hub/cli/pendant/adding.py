"""`allswell pendant add`: a new pendant's keys and certificate, on the books and in its folder.

Rule: the folder is what the pendant will have in `/pendant`, nothing more; it can be made again,
never read out of the hub, and adding a pendant that is known ends what it had before.
"""

import base64
import json
import secrets
from ipaddress import ip_address
from pathlib import Path

import click

from hub.cli.asking import give
from hub.cli.pendant.credentials import issue
from hub.cli.pendant.shared import (
    USUAL_DAYS,
    day,
    keys_of,
    lawful,
    reload_broker,
    told,
    until_ms,
    write_rights,
)
from hub.cli.pendant.wireless import asked, chosen, wifi_options
from hub.cli.shared import config_option, settings_of
from hub.clock import utc_ms
from hub.devices import broker, certificates, site
from hub.devices.image_files import SETTINGS, SPARE, WIFI
from hub.devices.private_file import write_private
from hub.ids import RandomIds
from hub.rules.model import Value
from hub.settings import Settings
from protocol.codec import SECRET_BYTES

PASSWORD_BYTES = 24
# Whoever has a certificate of such a name is the hub, or its canary, to the broker.
NOT_PENDANTS = (broker.EVENTS_USER, broker.BEATS_USER, certificates.CANARY)


def _free(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if value in NOT_PENDANTS:
        raise click.BadParameter(f"{value!r} is the hub's own name: choose another")
    return lawful(ctx, parameter, value)


@click.command("add")
@config_option
@click.argument("name", callback=_free)
@click.option("--worker", default="", help="Id of the person who carries it.")
@click.option("--broker-host", help="The broker as the pendant reaches it; else as the hub does.")
@click.option("--second-host", help="A second broker; else the hub's second, if it has one.")
@click.option(
    "--days",
    type=click.IntRange(0),
    default=USUAL_DAYS,
    show_default=True,
    help="So long the hub lets visits begin with it (never an SOS: that is always heard); 0: for"
    " ever.",
)
@wifi_options
@click.option("--battery-mah", type=click.IntRange(100, 20_000), default=1000, show_default=True)
@click.option("--quiet", is_flag=True, help="Its LED stays dark.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    help="The folder to make, by default NAME here; - prints one JSON object instead, once.",
)
def add(
    config: Path,
    name: str,
    worker: str,
    broker_host: str | None,
    second_host: str | None,
    days: int,
    wifi: Path | None,
    ask_wifi: bool,
    battery_mah: int,
    quiet: bool,
    out: Path | None,
) -> None:
    """Make keys and a certificate for pendant NAME, once, and the folder that goes on it.

    Adding a pendant that is known gives it new keys: the old ones are worth nothing from then on.
    Next: `allswell pendant flash NAME`.
    """
    settings = settings_of(config)
    out = Path(name) if out is None else out
    if str(out) != "-" and out.exists():
        raise click.UsageError(f"{out} is already there: name another folder, or remove it")
    with told():
        files: dict[str, bytes] = {}
        if (text := asked() if ask_wifi else chosen(wifi)) is not None:
            files[WIFI] = text
        if (keys := keys_of(settings)) is not None:
            files |= issue(keys, name, utc_ms())
    secret, key_id = secrets.token_bytes(SECRET_BYTES).hex(), RandomIds().key()
    password = "" if keys is not None else secrets.token_urlsafe(PASSWORD_BYTES)
    valid_until_ms = until_ms(days, utc_ms())
    _make_room(out)
    facts: dict[str, Value] = {"id": name, "worker": worker, "valid_until_ms": valid_until_ms}
    answer = give(settings, "add_pendant", {**facts, "key_id": key_id, "secret": secret})
    if not answer.ok:
        _take_back(out)
        where = " People stand in the settings; the hub reads them when it starts." * bool(worker)
        raise click.ClickException(answer.reason + where)
    values = {
        "pendant": name,
        "key_id": key_id,
        "secret": secret,
        **_brokers(settings, broker_host, second_host),
        **({"username": name, "password": password} if keys is None else {"tls": True}),
        "sleep": True,
        "battery_mah": battery_mah,
        **({"quiet": True} if quiet else {}),
    }
    files[SETTINGS] = files[SPARE] = (json.dumps(values, indent=2) + "\n").encode("ascii")
    _give_out(files, out)
    if keys is None:
        _tell_broker(settings, name, password)
    write_rights(settings)  # who was revoked and is added anew may speak again
    if str(out) != "-":
        _say_what_next(name, worker, out, files, valid_until_ms)


def _brokers(
    settings: Settings, broker_host: str | None, second_host: str | None
) -> dict[str, object]:
    """Where it finds them: as the broker's certificate says it is reached, else as the hub does."""
    at = settings.broker
    host = broker_host or next(filter(_is_elsewhere, _certified(settings)), at.host)
    found: dict[str, object] = {"broker_host": host, "broker_port": at.port}
    second = second_host or at.second_host
    if second:
        found |= {"second_host": second, "second_port": at.second_port}
    for each in filter(None, (host, second)):
        if not _is_elsewhere(each):
            click.echo(
                f"{each} is this machine and no other: a pendant on the air needs --broker-host"
                " with the address by which it reaches the broker.",
                err=True,
            )
    return found


def _certified(settings: Settings) -> tuple[str, ...]:
    keys = keys_of(settings)
    if keys is None:
        return ()
    try:
        return certificates.addresses(certificates.read(keys, certificates.BROKER))
    except certificates.KeysFault:  # the broker's files may be on another machine
        return ()


def _is_elsewhere(host: str) -> bool:
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _make_room(out: Path) -> None:
    """Before the books have the new keys: with those and no folder nobody would have them."""
    if str(out) == "-":
        return
    try:
        out.mkdir(mode=0o700, parents=True)
    except OSError as exc:
        said = f"{out} cannot be made ({exc.strerror}): name another folder; nothing was changed"
        raise click.ClickException(said) from None


def _take_back(out: Path) -> None:
    if str(out) != "-":
        out.rmdir()


def _give_out(files: dict[str, bytes], out: Path) -> None:
    if str(out) == "-":
        click.echo(json.dumps({name: _shown(name, files[name]) for name in sorted(files)}))
        return
    for name, blob in files.items():
        write_private(out / name, blob)


def _shown(name: str, blob: bytes) -> object:
    """For a program that reads it: what is JSON as such, the rest in base 64."""
    is_binary = name.endswith(".der")
    return base64.b64encode(blob).decode("ascii") if is_binary else json.loads(blob)


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
    reload_broker(folder)


def _say_what_next(
    name: str, worker: str, out: Path, files: dict[str, bytes], valid_until_ms: int
) -> None:
    until = f", valid until {day(valid_until_ms)}" if valid_until_ms else ", valid for ever"
    click.echo(f"pendant {name}: what it is told is in {out}{until}", err=True)
    if not worker:
        click.echo("Nobody carries it: it is hers who is named by --worker.", err=True)
    if WIFI not in files:
        click.echo(f"It knows no Wi-Fi network yet: {out / WIFI} (docs/building.md)", err=True)
    click.echo(f"Next: allswell pendant flash {name} --from {out}", err=True)
    click.echo(f"Then remove {out}: its keys are in the pendant, the hub has its own.", err=True)
