"""`allswell doctor`: is this hub fit to watch over somebody? A line a finding, with the mend.

Rule: it looks, it changes nothing; what it cannot find out is a finding, never silence.
"""

import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path

import click

from hub import procedure, side_door
from hub.cli.asking import opened
from hub.cli.shared import config_option, settings_of
from hub.clock import utc_ms
from hub.notify import channels
from hub.notify.addresses import shown
from hub.policy.load import PolicyFaults
from hub.settings import BrokerAt, Settings
from hub.store.genesis import REAL, SIMULATION
from hub.store.reader import Reader
from hub.store.schema import NAME as DATABASE

BROKER_S = 5.0
MIN_FREE_BYTES = 500_000_000  # a year of a small team's log, and room for a backup
FIRST_MS = 1_767_225_600_000  # 2026-01-01: a clock before it was never set


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and how to mend it."""

    about: str
    said: str
    mend: str


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="A list of findings; empty when all is well.")
def doctor(config: Path, as_json: bool) -> None:
    """Look at settings, procedure, database, broker, clock, people. Exit status 1 on findings."""
    found = list(look(settings_of(config)))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        for finding in found:
            click.echo(f"{finding.about}: {finding.said}. {finding.mend}")
        if not found:
            click.echo("all's well")
    if found:
        raise SystemExit(1)


def look(settings: Settings) -> Iterator[Finding]:
    """Every finding."""
    try:
        procedure.policy_of(settings)
    except PolicyFaults as exc:
        yield Finding("policy", str(exc.faults[0]), "See them all: allswell policy check.")
    yield from _broker(settings.broker)
    yield from _folder(settings)
    yield from _clock()
    yield from _people(settings)


def _broker(at: BrokerAt) -> Iterator[Finding]:
    """Only whether something answers: to log in as the hub would take its session from it."""
    try:
        socket.create_connection((at.host, at.port), BROKER_S).close()
    except OSError as exc:
        said = f"nothing answers at {at.host} port {at.port} ({exc.strerror or exc})"
        yield Finding("broker", said, "Start it, or mend [broker] in the settings.")


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.folder
    if not (folder / DATABASE).exists():
        yield Finding("database", f"there is none in {folder}", "Start the hub once.")
        return
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        said = f"{free // 1_000_000} MB are free in {folder}"
        yield Finding("disk", said, "Make room: a full disk stops every turn of the hub.")
    if folder.stat().st_mode & 0o077:
        yield Finding("folder", f"others may look into {folder}", f"chmod 700 {folder}")
    with opened(settings) as reader:
        yield from _database(settings, reader)


def _database(settings: Settings, reader: Reader) -> Iterator[Finding]:
    genesis = reader.genesis
    wanted = SIMULATION if settings.simulation.enabled else REAL
    if genesis.mode != wanted:
        said = f"the database is {genesis.mode}, the settings are for {wanted}"
        yield Finding("database", said, "Give [hub] another folder, or change [simulation].")
    about = settings.organisation
    if (genesis.organisation, genesis.zone) != (about.name, about.zone):
        said = f"it belongs to {genesis.organisation!r}, {genesis.zone}; the settings say otherwise"
        yield Finding("database", said, "The first row is final: mend [organisation].")
    health = reader.health()
    if not side_door.answers(settings.folder):
        yield Finding("hub", "it does not run on this folder", "Start it: allswell serve.")
    elif not health.broker_up:
        note = health.links[0].note or "not connected"
        yield Finding("link", f"the hub is without its broker: {note}", "See the broker's log.")
    if not any(pendant.state == "active" for pendant in reader.pendants()):
        yield Finding("pendants", "there is none", "allswell pendant add NAME --worker PERSON")


def _clock() -> Iterator[Finding]:
    now_ms = utc_ms()
    if now_ms < FIRST_MS:
        yield Finding("clock", "it was never set", "Set it, and keep it by NTP.")
    elif _is_synchronised() is False:
        yield Finding("clock", "it is not synchronised", "timedatectl set-ntp true")


def _is_synchronised() -> bool | None:
    """What the kernel says (adjtimex, as systemd-timesyncd and chrony tell it); None: unknown."""
    marker = Path("/run/systemd/timesync/synchronized")
    if not marker.parent.exists():
        return None
    return marker.exists()


def _people(settings: Settings) -> Iterator[Finding]:
    simulation = settings.simulation.enabled
    if not settings.people:
        yield Finding("people", "the settings name nobody", "Add a [[person]] for each.")
    for person in settings.people:
        if person.roles and not person.pages:
            mend = "Give her pages = [...] in the settings."
            yield Finding("people", f"{person.id} holds roles and cannot be paged", mend)
        for url in person.pages:
            if fault := channels.fault_of(url, simulation):
                said = f"{person.id} cannot be paged at {shown(url)}: {fault}"
                yield Finding("people", said, "Mend the address in the settings.")
    held = {role for person in settings.people for role in person.roles}
    try:
        roles = procedure.policy_of(settings).roles
    except PolicyFaults:
        return  # told already
    for role in roles:
        if role.source_of_people != "visit" and role.id not in held:
            said = f"nobody may be {role.name}, whom the procedure pages"
            yield Finding("people", said, f"Give somebody the role {role.id!r}.")
    named = sorted(role.id for role in roles)
    for person in settings.people:
        for unknown in sorted({*person.roles, *person.on_duty} - {*named}):
            said = f"{person.id} has the role {unknown!r}, which the procedure does not name"
            near = get_close_matches(unknown, named, 1)
            mend = f"Did you mean {near[0]!r}?" if near else f"It names {', '.join(named)}."
            yield Finding("people", said, mend)
