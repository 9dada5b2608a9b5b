"""`allswell init`: a folder with everything a small hub needs, its own authority included.

Rule: nothing is overwritten, every key is new, every file is its owner's alone, and there is no
password that somebody else has known: the administrator chooses hers by a one-time link.
"""

import getpass
import json
import secrets
import shutil
import sys
from pathlib import Path

import click

from hub import canary
from hub.cli.invite import link_for
from hub.cli.shared import lawful_addresses
from hub.clock import utc_ms
from hub.devices import broker, certificates, keyring, site, units
from hub.policy.load import load, shipped
from hub.settings import A_ZONE, DEFAULT_FILE, DEFAULT_POLICY, PLAIN_PORT, TLS_PORT, is_zone
from hub.settings import load as load_settings
from hub.web.invitations import LASTS_H

PASSWORD_BYTES = 24
ADMIN = "admin"

SETTINGS = """\
# The hub's settings. Every key is explained in docs/operations.md; a wrong or misspelt one stops
# the hub at its start, with the line. Folders and files are seen from this file.

[organisation]
name = {name}
zone = {zone}  # times on screens; everything stored is UTC
# latitude = 50.7236       # where the office is: sunset is told for here, see docs/operations.md
# longitude = -3.5275

[hub]
folder = "hub"             # the database; back it up with `allswell backup`
policy = {policy}  # a shipped procedure, or a file of your own ending .toml

{broker}
[web]
host = "127.0.0.1"         # put a TLS proxy before it and name it in public_url
port = {port}
secure_cookie = false      # true as soon as the board is served by https
public_url = ""            # e.g. "https://board.example.org": stands in every page that is sent
{simulation}
# Who works with the hub. Ids are for ever: the log names people by them.
[[person]]
id = "{admin}"
name = "Administrator"
initials = "AD"
roles = {roles}  # what she may be asked to do; the procedure names the roles
on_duty = {on_duty}  # what she holds at the first start; afterwards people take and lay down duties
phones = []
pages = []                 # Apprise URLs by which she is paged; without one she cannot be reached
# password_hash: nobody has a password before she has chosen one: `allswell invite {admin}`

# [[person]]
# id = "jo"
# name = "Jo Hill"
# initials = "JH"
# phones = ["+44 1392 000000"]
# pages = ["mailto://user:password@example.org"]
# car = "AB12 CDE"

# Who is visited. `code` is all that a page says of her.
# [[client]]
# id = "c-1"
# code = "K7"
# area = "St Thomas"
# name = "Full Name"
# address = "1 Example Street"
# postcode = "EX1 1AA"
# lines = ["01392 000001"]
# rating = "C1"
"""

BY_CERTIFICATE = """\
[broker]
host = "127.0.0.1"         # where the hub finds it; pendants get the addresses of --address
port = {port}
tls = true                 # both ends show a certificate of this installation's own authority
keys = "keys"              # that authority, and what it signed: `allswell keys list`
files = "."                # the broker's rights stand beside this file
# second_host = "192.0.2.11"   # one more broker, which pendants know and the hub listens on too:
# second_port = 8883           # `allswell second-broker`
"""

BY_PASSWORD = """\
[broker]
host = "127.0.0.1"
port = {port}
files = "."                # its users and rights stand beside this file: pendants are added
events_password = {events}
beats_password = {beats}
"""


def _lawful_name(_: click.Context, __: click.Parameter, given: str) -> str:
    """Wrong settings would stand there half used: what is asked for here is looked at here."""
    if not given.strip():
        raise click.BadParameter("the organisation's name is empty")
    return given


def _lawful_zone(_: click.Context, __: click.Parameter, given: str) -> str:
    if not is_zone(given):
        raise click.BadParameter(f"{given!r} is wrong; allowed is {A_ZONE}")
    return given


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--organisation", default="Our organisation", show_default=True, callback=_lawful_name
)
@click.option(
    "--zone",
    default="Europe/London",
    show_default=True,
    callback=_lawful_zone,
    help="IANA time zone.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option(
    "--address",
    "addresses",
    multiple=True,
    callback=lawful_addresses,
    help="The broker, as pendants reach it; may be given often. Without it: this machine alone.",
)
@click.option(
    "--broker-port", type=click.IntRange(1, 65535), help="By default 8883; with --plain 1883."
)
@click.option("--simulation", is_flag=True, help="A hub for exercises: it reaches nobody real.")
@click.option(
    "--plain", is_flag=True, help="Users and passwords instead of TLS; with --simulation only."
)
def init(
    folder: Path,
    organisation: str,
    zone: str,
    port: int,
    addresses: tuple[str, ...],
    broker_port: int | None,
    simulation: bool,
    plain: bool,
) -> None:
    """Make FOLDER: settings, keys and certificates, the broker's files, systemd units, and the
    link by which the administrator chooses her password.

    Nothing is started. The link is shown once and works once; `allswell invite` makes another.
    """
    folder = folder.absolute()
    keys = folder / certificates.FOLDER
    for path in (folder / DEFAULT_FILE, certificates.key_file(keys, certificates.CA)):
        if path.exists():  # pendants that an authority has signed live by its key
            raise click.ClickException(f"{path} is already there: nothing was changed")
    if plain and not simulation:
        # On the wire a password is anybody's who listens, and a pendant has no other protection
        # against being switched off in the broker's name.
        raise click.UsageError("--plain is for simulations: give --simulation too, or leave it out")
    if plain and addresses:
        raise click.UsageError(
            "--plain keeps the broker on this machine: no --address goes with it"
        )
    held = _roles()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("hub", broker.STORE):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    at = broker_port or (PLAIN_PORT if plain else TLS_PORT)
    if plain:
        table = _passwords(folder, at)
    else:
        keyring.make(keys, organisation, addresses, utc_ms())
        table = BY_CERTIFICATE.format(port=at)
    site.set_revoked(folder, ())
    # Every address or one: pendants come in from outside, and only with a certificate of ours.
    host = "" if addresses else "127.0.0.1"
    # The user counts only when root starts it; mosquitto would else become one that cannot read.
    conf = broker.mosquitto_conf(folder, at, host, getpass.getuser(), tls=not plain)
    site.write_private(folder / broker.CONF, conf)
    _units(folder)
    simulated = "\n[simulation]\nenabled = true\n" if simulation else ""
    text = SETTINGS.format(
        name=_toml(organisation),
        zone=_toml(zone),
        policy=_toml(DEFAULT_POLICY),
        broker=table,
        port=port,
        simulation=simulated,
        admin=ADMIN,
        **held,
    )
    site.write_private(folder / DEFAULT_FILE, text)
    _say(folder, only_here=not (plain or addresses))


def _roles() -> dict[str, str]:
    """What the administrator may be and is, until there are others."""
    roles = load(shipped(DEFAULT_POLICY)).roles
    held = [role.id for role in roles if role.source_of_people != "visit"]
    on_duty = [role.id for role in roles if role.source_of_people == "duty"]
    return {"roles": _toml(held), "on_duty": _toml(on_duty)}


def _passwords(folder: Path, port: int) -> str:
    """The broker's users, the doctor's canary too, and the settings' table for them."""
    users = {
        name: secrets.token_urlsafe(PASSWORD_BYTES)
        for name in (broker.EVENTS_USER, broker.BEATS_USER, certificates.CANARY)
    }
    canary.make(folder / canary.FILE, users[certificates.CANARY])
    site.write_private(folder / broker.PASSWORDS, broker.password_file(users))
    return BY_PASSWORD.format(
        port=port, events=_toml(users[broker.EVENTS_USER]), beats=_toml(users[broker.BEATS_USER])
    )


def _toml(value: str | list[str]) -> str:
    """JSON spells texts and lists of texts as TOML does."""
    return json.dumps(value, ensure_ascii=False)


def _units(folder: Path) -> None:
    # Debian keeps daemons where an ordinary user's PATH does not look.
    mosquitto = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    program, user = Path(sys.executable).with_name("allswell"), getpass.getuser()
    of_broker = units.broker_unit(folder, user, mosquitto, folder / broker.CONF)
    site.write_private(folder / units.BROKER_UNIT, of_broker)
    of_hub = units.hub_unit(folder, user, program, folder / DEFAULT_FILE)
    site.write_private(folder / units.HUB_UNIT, of_hub)


def _say(folder: Path, only_here: bool) -> None:
    config = folder / DEFAULT_FILE
    settings = load_settings(config)
    link = link_for(settings, ADMIN, LASTS_H)
    click.echo(f"Made {folder}")
    if only_here:
        click.echo("Its broker is for this machine alone: pendants outside it need --address.")
    click.echo(f"Next: mosquitto -c {folder / broker.CONF}")
    click.echo(f"      allswell serve --config {config}")
    click.echo(f"      allswell doctor --config {config}")
    click.echo(f"The administrator chooses her password here, once, within {LASTS_H} hours:")
    click.echo(f"      {link}")
    if settings.broker.keys is not None:
        key = certificates.key_file(settings.broker.keys, certificates.CA)
        click.echo(
            f"Whoever has {key} can let anybody in at the broker: keep a copy where only you look."
        )
