"""What the doctor sees of the settings and the hub's books: procedure, database, people, pendants.

Rule: it reads; whatever a start would refuse is told before one is tried.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from hub import procedure, side_door
from hub.devices.certificates import CANARY
from hub.doctoring import keys
from hub.doctoring.finding import Finding
from hub.notify import channels
from hub.notify.addresses import shown
from hub.policy.load import PolicyFaults
from hub.settings import Settings
from hub.store.genesis import REAL, SIMULATION
from hub.store.reader import Reader
from hub.verify import EXPIRED, REVOKED


def policy(settings: Settings) -> Iterator[Finding]:
    try:
        procedure.policy_of(settings)
    except PolicyFaults as exc:
        yield Finding("policy", str(exc.faults[0]), "See them all: allswell policy check.")


def database(settings: Settings, reader: Reader) -> Iterator[Finding]:
    """Whether it is this organisation's, and a hub runs on it."""
    genesis = reader.genesis
    wanted = SIMULATION if settings.simulation.enabled else REAL
    if genesis.mode != wanted:
        said = f"the database is {genesis.mode}, the settings are for {wanted}"
        yield Finding("database", said, "Give [hub] another folder, or change [simulation].")
    about = settings.organisation
    if (genesis.organisation, genesis.zone) != (about.name, about.zone):
        said = f"it belongs to {genesis.organisation!r}, {genesis.zone}; the settings say otherwise"
        yield Finding("database", said, "The first row is final: mend [organisation].")
    if not side_door.answers(settings.folder):
        yield Finding("hub", "it does not run on this folder", "Start it: allswell serve.")
        return
    for link, which in zip(reader.health().links, ("", "second "), strict=False):
        if not link.is_up:
            why = link.note.rstrip(".") or "not connected"
            said = f"the hub is without its {which}broker: {why}"
            yield Finding("link", said, "See the broker's log.")


def pendants(reader: Reader, now_ms: int) -> Iterator[Finding]:
    """Whether there is one to carry, and how long each may go on visits."""
    known = [each for each in reader.pendants() if each.state != REVOKED and each.id != CANARY]
    if not known:
        yield Finding("pendants", "there is none", "allswell pendant add NAME --worker PERSON")
    # Who is set expired by hand is past her date, whatever the date.
    ends = ((each.id, 1 if each.state == EXPIRED else each.valid_until_ms) for each in known)
    yield from keys.pendants(ends, now_ms)


def people(settings: Settings) -> Iterator[Finding]:
    """Whether everybody whom the procedure pages can be."""
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
    try:
        policy = procedure.policy_of(settings)
    except PolicyFaults:
        return  # told already
    held = {role for person in settings.people for role in person.roles}
    for role in policy.roles:
        if role.source_of_people != "visit" and role.id not in held:
            said = f"nobody may be {role.name}, whom the procedure pages"
            yield Finding("people", said, f"Give somebody the role {role.id!r}.")
    yield from _misspelt(settings, sorted(role.id for role in policy.roles))


def _misspelt(settings: Settings, named: list[str]) -> Iterator[Finding]:
    for person in settings.people:
        for unknown in sorted({*person.roles, *person.on_duty} - {*named}):
            said = f"{person.id} has the role {unknown!r}, which the procedure does not name"
            near = get_close_matches(unknown, named, 1)
            mend = f"Did you mean {near[0]!r}?" if near else f"It names {', '.join(named)}."
            yield Finding("people", said, mend)
