"""Brings the database's people and clients up to the settings' at a start, as commands.

Rule: the settings say who there is; only differences become commands, so that a restart logs
nothing. Who is gone from the settings is no longer active, and never deleted: the log names her.
"""

from argon2 import PasswordHasher

from hub.inbox import Command
from hub.roster import ClientEntry, PersonEntry
from hub.rules.model import Value
from hub.settings import Settings
from hub.store.reader import Reader
from hub.store.views import Client, Person
from hub.web.passwords import Passwords

# Plain passwords are for simulations only, where a login need not cost a guesser anything.
_QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
BY = "settings"


def commands(settings: Settings, reader: Reader) -> list[Command]:
    """What differs, persons before their duties."""
    known = {person.id: person for person in reader.people()}
    clients = {client.id: client for client in reader.clients()}
    found: list[Command] = []
    for entry in settings.people:
        found += _person(entry, known.get(entry.id))
    if settings.people:
        listed = {entry.id for entry in settings.people}
        gone = [person for person in known.values() if person.active and person.id not in listed]
        found += [Command("add_person", BY, {"id": each.id, "active": False}) for each in gone]
    for client in settings.clients:
        found += _client(client, clients.get(client.id))
    return found


def _person(entry: PersonEntry, old: Person | None) -> list[Command]:
    wanted: dict[str, Value] = {
        "name": entry.name,
        "initials": entry.initials,
        "login": entry.login,
        "roles": ",".join(entry.roles),
        "phones": "\n".join(entry.phones),
        "pages": "\n".join(entry.pages),
        "car": entry.car,
        "own_mobile": entry.own_mobile,
        "own_mobile_consent": entry.own_mobile_consent,
        "own_phrase": entry.own_phrase,
        "job_title": entry.job_title,
        "password_hash": _password_hash(entry, old),
    }
    if old is not None:
        has: dict[str, Value] = {
            "name": old.name,
            "initials": old.initials,
            "login": old.login,
            "roles": ",".join(old.roles),
            "phones": "\n".join(old.phones),
            "pages": "\n".join(old.pages),
            "car": old.car,
            "own_mobile": old.own_mobile,
            "own_mobile_consent": old.own_mobile_consent,
            "own_phrase": old.own_phrase,
            "job_title": old.job_title,
            "password_hash": old.password_hash,
        }
        wanted = {key: value for key, value in wanted.items() if value != has[key]}
        if not old.active:
            wanted["active"] = True
        return [Command("add_person", BY, {"id": entry.id, **wanted})] if wanted else []
    # Duties are people's to take and lay down; the settings only say who has them at first.
    made = [Command("add_person", BY, {"id": entry.id, **wanted})]
    for role in entry.on_duty:
        facts: dict[str, Value] = {"role": role, "person": entry.id, "on": True}
        made.append(Command("take_duty", entry.id, facts))
    return made


def _password_hash(entry: PersonEntry, old: Person | None) -> str:
    if entry.password_hash:
        return entry.password_hash
    if not entry.password:  # the settings do not say: what she chose herself stays
        return "" if old is None else old.password_hash
    if old is not None and _QUICK.right(old.password_hash, entry.password):
        return old.password_hash
    return _QUICK.hash(entry.password)


def _client(entry: ClientEntry, old: Client | None) -> list[Command]:
    wanted: dict[str, Value] = {
        "code": entry.code,
        "area": entry.area,
        "name": entry.name,
        "address": entry.address,
        "postcode": entry.postcode,
        "lines": "\n".join(entry.lines),
        "rating": entry.rating,
        "risk_note": entry.risk_note,
        "visitors_note": entry.visitors_note,
        "coverage": entry.coverage,
        "must_not_be_left": entry.must_not_be_left,
        "latitude": _degrees(entry.latitude),
        "longitude": _degrees(entry.longitude),
    }
    if old is not None:
        has: dict[str, Value] = {key: getattr(old, key) for key in wanted if key != "lines"}
        has["lines"] = "\n".join(old.lines)
        wanted = {key: value for key, value in wanted.items() if value != has[key]}
    return [Command("add_client", BY, {"id": entry.id, **wanted})] if wanted else []


def _degrees(value: float | None) -> str:
    """As the database keeps it, "" for none."""
    return "" if value is None else f"{value:.5f}"
