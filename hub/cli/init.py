"""`allswell init`: a folder with everything a small hub needs, and the first password.

Rule: nothing is overwritten, every password is random, every file is its owner's alone.
"""

import getpass
import json
import secrets
import shutil
import sys
from pathlib import Path

import click

from hub.devices import broker, site
from hub.policy.load import load, shipped
from hub.settings import DEFAULT_FILE, DEFAULT_POLICY
from hub.web.passwords import Passwords

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

[broker]
host = "127.0.0.1"
port = {broker_port}
files = "."                # its users and rights stand beside this file: pendants are added
events_password = {events}
beats_password = {beats}

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
password_hash = {password_hash}

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

UNIT = """\
# {what}: copy to /etc/systemd/system/{unit} and say: systemctl enable --now {unit}
[Unit]
Description=allswell {what}
After=network-online.target{after}
Wants=network-online.target
# For ever: a hub that systemd has given up is silence.
StartLimitIntervalSec=0

[Service]
User={user}
WorkingDirectory={folder}
ExecStart={start}
{reload}Restart=always
RestartSec=1
NoNewPrivileges=true
ProtectSystem=strict
ReadWritePaths={folder}
PrivateTmp=true

[Install]
WantedBy=multi-user.target
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--organisation", default="Our organisation", show_default=True)
@click.option("--zone", default="Europe/London", show_default=True, help="IANA time zone.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--broker-port", type=click.IntRange(1, 65535), default=1883, show_default=True)
@click.option("--simulation", is_flag=True, help="A hub for exercises: it reaches nobody real.")
def init(
    folder: Path, organisation: str, zone: str, port: int, broker_port: int, simulation: bool
) -> None:
    """Make FOLDER: settings, broker files, systemd units, and the administrator's password.

    Nothing is started. The password is shown once; change it with `allswell password`.
    """
    if (folder / DEFAULT_FILE).exists():
        raise click.ClickException(f"{folder / DEFAULT_FILE} is already there: nothing was changed")
    folder = folder.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("hub", broker.STORE):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    users = {
        name: secrets.token_urlsafe(PASSWORD_BYTES)
        for name in (broker.EVENTS_USER, broker.BEATS_USER)
    }
    password = secrets.token_urlsafe(12)
    policy = load(shipped(DEFAULT_POLICY))
    held = [role.id for role in policy.roles if role.source_of_people != "visit"]
    on_duty = [role.id for role in policy.roles if role.source_of_people == "duty"]
    text = SETTINGS.format(
        name=_toml(organisation),
        zone=_toml(zone),
        policy=_toml(DEFAULT_POLICY),
        broker_port=broker_port,
        port=port,
        events=_toml(users[broker.EVENTS_USER]),
        beats=_toml(users[broker.BEATS_USER]),
        simulation="\n[simulation]\nenabled = true\n" if simulation else "",
        admin=ADMIN,
        roles=_toml(held),
        on_duty=_toml(on_duty),
        password_hash=_toml(Passwords().hash(password)),
    )
    site.write_private(folder / broker.PASSWORDS, broker.password_file(users))
    site.set_revoked(folder, ())
    # The user counts only when root starts it; mosquitto would else become one that cannot read.
    conf = broker.mosquitto_conf(folder, broker_port, user=getpass.getuser())
    site.write_private(folder / broker.CONF, conf)
    _units(folder)
    site.write_private(folder / DEFAULT_FILE, text)
    click.echo(f"Made {folder}")
    click.echo(f"Log in as {ADMIN!r} with the password {password!r} (shown this once)")
    click.echo(f"Next: mosquitto -c {folder / broker.CONF}")
    click.echo(f"      allswell serve --config {folder / DEFAULT_FILE}")
    click.echo(f"      allswell doctor --config {folder / DEFAULT_FILE}")


def _toml(value: str | list[str]) -> str:
    """JSON spells texts and lists of texts as TOML does."""
    return json.dumps(value, ensure_ascii=False)


def _units(folder: Path) -> None:
    conf = folder / broker.CONF
    # Debian keeps daemons where an ordinary user's PATH does not look.
    mosquitto = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    program = Path(sys.executable).with_name("allswell")
    common = {"folder": folder, "user": getpass.getuser()}
    site.write_private(
        folder / "allswell-broker.service",
        UNIT.format(
            what="broker",
            unit="allswell-broker.service",
            after="",
            start=f"{mosquitto} -c {conf}",
            reload="ExecReload=/bin/kill -HUP $MAINPID\n",
            **common,
        ),
    )
    site.write_private(
        folder / "allswell-hub.service",
        UNIT.format(
            what="hub",
            unit="allswell-hub.service",
            after=" allswell-broker.service",
            start=f"{program} serve --config {folder / DEFAULT_FILE}",
            reload="",
            **common,
        ),
    )
