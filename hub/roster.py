"""The people and the clients as the settings name them, checked field by field.

Rule: two are never alike in what tells them apart (id, login, code). `allswell serve` brings the
database up to this list at each start; who is gone from it stays in the log and is not paged.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.notify import addresses
from hub.toml_source import Table
from protocol.record import is_id


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """Somebody who works with the hub. `pages`: where she is paged, as Apprise URLs.

    `roles`: what she may be asked to do; `on_duty`: which of them she holds from the first start.
    `login` is her id unless she is given another. `password` (plain) is for simulations only,
    `password_hash` is what `allswell password` prints; without either she cannot log in.
    `own_mobile` is rung only with her consent on file (SU-chain).
    """

    id: str
    name: str
    initials: str
    login: str = ""
    roles: tuple[str, ...] = ()
    on_duty: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    pages: tuple[str, ...] = field(default=(), repr=False)
    car: str = ""
    own_mobile: str = ""
    own_mobile_consent: bool = False
    own_phrase: str = field(default="", repr=False)
    job_title: str = ""
    password_hash: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ClientEntry:
    """Somebody who is visited. `code` is all that a page or a log says of her. `coverage`: good or
    poor, as it was looked up there; her place is where the sun sets for a visit."""

    id: str
    code: str
    area: str
    name: str = ""
    address: str = ""
    postcode: str = ""
    lines: tuple[str, ...] = ()
    rating: str = ""
    risk_note: str = ""
    visitors_note: str = ""
    coverage: str = ""
    must_not_be_left: bool = False
    latitude: float | None = None
    longitude: float | None = None


def person(table: Table, simulation: bool) -> PersonEntry:
    said, test = page_rule(simulation)
    found = PersonEntry(
        id=table.text("id", allowed=_ID, test=is_id),
        name=table.text("name", allowed="the person's name"),
        initials=table.text("initials", allowed="1 to 4 letters", test=_are_initials),
        login=table.text("login", str(table.get("id")), _ID, is_id),
        roles=table.texts("roles", f"a list; each {_ID}", is_id),
        on_duty=table.texts("on_duty", f"a list; each {_ID}", is_id),
        phones=table.texts("phones", "a list of telephone numbers", _is_phone),
        pages=table.texts("pages", said, test),
        car=table.text("car", ""),
        own_mobile=table.text(
            "own_mobile", "", "a telephone number", lambda text: text == "" or _is_phone(text)
        ),
        own_mobile_consent=table.flag("own_mobile_consent", False),
        own_phrase=table.text("own_phrase", ""),
        job_title=table.text("job_title", ""),
        password_hash=table.text(
            "password_hash",
            "",
            "an argon2id hash, made by `allswell password`",
            lambda text: text == "" or text.startswith("$argon2id$"),
        ),
        password=table.text("password", ""),
    )
    if found.password and not simulation:
        table.fault("password", "a plain password is for simulations; use password_hash")
    for role in found.on_duty:
        if role not in found.roles:
            table.fault("on_duty", f"{role!r} is none of this person's roles")
    table.done()
    return found


def client(table: Table) -> ClientEntry:
    latitude, longitude = place(table)
    found = ClientEntry(
        id=table.text("id", allowed=_ID, test=is_id),
        code=table.text("code", allowed="a code that says nothing about the client"),
        area=table.text("area", allowed="the area as the whereabouts board names it"),
        name=table.text("name", ""),
        address=table.text("address", ""),
        postcode=table.text("postcode", ""),
        lines=table.texts("lines", "a list of telephone numbers", _is_phone),
        rating=table.text("rating", ""),
        risk_note=table.text("risk_note", ""),
        visitors_note=table.text("visitors_note", ""),
        coverage=table.choice("coverage", ("good", "poor", ""), ""),
        must_not_be_left=table.flag("must_not_be_left", False),
        latitude=latitude,
        longitude=longitude,
    )
    table.done()
    return found


def place(table: Table) -> tuple[float | None, float | None]:
    """`latitude` and `longitude`, both or neither."""
    found = table.degrees("latitude", 90), table.degrees("longitude", 180)
    if (found[0] is None) != (found[1] is None):
        missing = "latitude" if found[0] is None else "longitude"
        table.fault(missing, "is missing; a place has a latitude and a longitude")
    return found


_ID = "lower case letters, digits and inner hyphens, at most 32"


def _are_initials(text: str) -> bool:
    return 1 <= len(text) <= 4 and text.isalpha()


def _is_phone(text: str) -> bool:
    return any(char.isdigit() for char in text) and all(char in "+0123456789 ()-" for char in text)


def page_rule(simulation: bool) -> tuple[str, Callable[[str], bool]]:
    """What a page's URL may be, in words and as a test."""
    said = addresses.ALLOWED_IN_SIMULATION if simulation else addresses.ALLOWED
    return f"a list; each {said}", lambda url: addresses.is_lawful(url, simulation)


def unlike(tables: list[Table], values: list[str], key: str) -> None:
    """No two of them alike; the second is the fault."""
    for place, (table, value) in enumerate(zip(tables, values, strict=True)):
        if value and value in values[:place]:
            table.fault(key, f"{value!r} is already another's; each must be different")
