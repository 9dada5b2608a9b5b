"""allswell.toml, read into frozen types once, or refused with every fault in it.

Rule: a hub that starts has settings it understood to the last key. The file names the people and
the clients too, or another file that does (`[directory] file`). docs/operations.md lists every key.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub import roster
from hub.clock import MAX_SPEED
from hub.devices.broker import BEATS_USER, EVENTS_USER
from hub.toml_source import Fault, Faults, Source, Table, read

DEFAULT_POLICY = "homemaker-exeter"
DEFAULT_FILE = "allswell.toml"
A_ZONE = "an IANA time zone, e.g. Europe/London"
PLAIN_PORT = 1883
TLS_PORT = 8883


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whose hub this is; times on screens are in `zone`. Its place, in degrees north and east, is
    where sunset is told for clients without one of their own; None: the place of the zone."""

    name: str = "Unnamed organisation"
    zone: str = "Europe/London"
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the broker; an empty user connects without a name."""

    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class BrokerAt:
    """Where the broker listens, and the hub's two users there. `files`: the folder of the broker's
    own files, if they are ours to write (pendants are added to them); None: somebody else's.

    With `tls` who connects is who its certificate says, from the folder `keys`; no passwords."""

    host: str = "127.0.0.1"
    port: int = PLAIN_PORT
    events: Login = Login()
    beats: Login = Login()
    files: Path | None = None
    tls: bool = False
    keys: Path | None = None
    second_host: str = ""
    second_port: int = PLAIN_PORT

    def each(self) -> tuple["BrokerAt", ...]:
        """Every broker that the hub listens on, each as if it were the only one. The users are the
        same on all; the files are the first one's."""
        first = replace(self, second_host="")
        if not self.second_host:
            return (first,)
        return first, replace(first, host=self.second_host, port=self.second_port, files=None)


@dataclass(frozen=True, slots=True)
class Web:
    """Where the board is served; port 0 is any free one. `public_url` stands in the pages that are
    sent; empty: made of host and port."""

    host: str = "127.0.0.1"
    port: int = 8080
    secure_cookie: bool = False
    public_url: str = ""

    @property
    def url(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{shown}:{self.port}"


@dataclass(frozen=True, slots=True)
class Notify:
    """`copy_to`: gets every page besides the person; reaching it is not reaching anybody."""

    copy_to: tuple[str, ...] = ()
    timeout_s: int = 10


@dataclass(frozen=True, slots=True)
class Simulation:
    """Only a database that was made with `enabled` accepts a scaled clock and plain passwords."""

    enabled: bool = False
    speed: int = 1


@dataclass(frozen=True, slots=True)
class Settings:
    folder: Path
    organisation: Organisation = Organisation()
    broker: BrokerAt = BrokerAt()
    web: Web = Web()
    policy: str = DEFAULT_POLICY  # a shipped policy's id, or the path of a file
    notify: Notify = Notify()
    people: tuple[roster.PersonEntry, ...] = ()
    clients: tuple[roster.ClientEntry, ...] = ()
    simulation: Simulation = Simulation()
    file: str = ""


def load(path: Path) -> Settings:
    """The settings in a file. Raises Faults with all that is wrong in it and in its directory."""
    if not path.exists():
        said = "cannot be read: No such file; --config names it, `allswell init FOLDER` makes one"
        raise Faults([Fault(str(path), 1, "", said)])
    source = read(path)
    faults: list[Fault] = []
    top = Table(source, faults, (), source.tree)
    settings = _sections(top, path, faults)
    top.done()
    if faults:
        raise Faults(faults)
    return settings


def _sections(top: Table, path: Path, faults: list[Fault]) -> Settings:
    simulation = _simulation(top.table("simulation"))
    hub = top.table("hub")
    folder = path.parent / hub.text("folder", "hub", "a folder, seen from this file")
    policy = hub.text("policy", DEFAULT_POLICY, "a shipped policy's name or a file ending .toml")
    hub.done()
    organisation = _organisation(top.table("organisation"))
    broker, web = _broker(top.table("broker"), path), _web(top.table("web"))
    notify = _notify(top.table("notify"), simulation)
    persons, clients = top.tables("person"), top.tables("client")
    directory = top.table("directory")
    if directory.has("file"):
        listed = path.parent / directory.text("file", allowed="a file, seen from this file")
        more = _directory_file(listed, faults)
        persons, clients = persons + more[0], clients + more[1]
    directory.done()
    people = tuple(roster.person(table, simulation.enabled) for table in persons)
    entries = tuple(roster.client(table) for table in clients)
    roster.unlike(persons, [person.id for person in people], "id")
    roster.unlike(persons, [person.login for person in people], "login")
    roster.unlike(clients, [client.id for client in entries], "id")
    roster.unlike(clients, [client.code for client in entries], "code")
    return Settings(
        folder=folder,
        organisation=organisation,
        broker=broker,
        web=web,
        policy=str(path.parent / policy) if policy.endswith(".toml") else policy,
        notify=notify,
        people=people,
        clients=entries,
        simulation=simulation,
        file=str(path),
    )


def _directory_file(path: Path, faults: list[Fault]) -> tuple[list[Table], list[Table]]:
    try:
        source: Source = read(path)
    except Faults as exc:
        faults.extend(exc.faults)
        return [], []
    top = Table(source, faults, (), source.tree)
    found = top.tables("person"), top.tables("client")
    top.done()
    return found


def _organisation(table: Table) -> Organisation:
    name = table.text("name", allowed="the organisation's name")
    zone = table.text(
        "zone",
        "Europe/London",
        A_ZONE,
        is_zone,
    )
    latitude, longitude = roster.place(table)
    table.done()
    return Organisation(name, zone, latitude, longitude)


def _broker(table: Table, path: Path) -> BrokerAt:
    files = table.text("files", "", "a folder, seen from this file")
    tls = table.flag("tls", False)
    keys = table.text("keys", "", "a folder, seen from this file")
    usual = TLS_PORT if tls else PLAIN_PORT
    found = BrokerAt(
        host=table.text("host", "127.0.0.1", "a host name or address", bool),
        port=table.number("port", usual, 1, 65535),
        events=_login(table, "events", EVENTS_USER),
        beats=_login(table, "beats", BEATS_USER),
        files=path.parent / files if files else None,
        tls=tls,
        keys=path.parent / keys if keys else None,
        second_host=table.text("second_host", "", "a host name or address; empty: no second"),
        second_port=table.number("second_port", usual, 1, 65535),
    )
    _broker_faults(table, found)
    table.done()
    return found


def _broker_faults(table: Table, found: BrokerAt) -> None:
    """What is lawful key by key and makes no sense together."""
    if found.tls and found.keys is None:
        table.fault("keys", "is missing; with tls it is the folder of the hub's certificates")
    if found.tls and (found.events.user or found.beats.user):
        said = "no user or password goes with tls: the certificates in keys say who the hub is"
        table.fault("tls", said)
    if table.has("second_port") and not found.second_host:
        table.fault("second_port", "needs a second_host")
    if (found.second_host, found.second_port) == (found.host, found.port):
        said = "is the first broker once more; two sessions of one user would push each other out"
        table.fault("second_host", said)


def _login(table: Table, session: str, usual: str) -> Login:
    """With a password the user is the one `allswell init` makes, unless another is named."""
    password = table.text(f"{session}_password", "")
    user = table.text(f"{session}_user", usual if password else "")
    if password and not user:
        table.fault(f"{session}_user", "is empty; with a password it must be a user of the broker")
    return Login(user, password)


def _web(table: Table) -> Web:
    found = Web(
        host=table.text("host", "127.0.0.1", "a host name or address", bool),
        port=table.number("port", 8080, 0, 65535),
        secure_cookie=table.flag("secure_cookie", False),
        public_url=table.text(
            "public_url", "", "empty, or an address that begins http:// or https://", _is_web
        ),
    )
    if found.secure_cookie and found.public_url.startswith("http://"):
        table.fault("secure_cookie", "a browser sends no secure cookie to a public_url of http://")
    table.done()
    return found


def _notify(table: Table, simulation: Simulation) -> Notify:
    said, test = roster.page_rule(simulation.enabled)
    found = Notify(table.texts("copy_to", said, test), table.number("timeout_s", 10, 1, 60))
    table.done()
    return found


def _simulation(table: Table) -> Simulation:
    found = Simulation(table.flag("enabled", False), table.number("speed", 1, 1, MAX_SPEED))
    if found.speed != 1 and not found.enabled:
        table.fault("speed", "only 1 is allowed unless simulation.enabled is true")
    table.done()
    return found


def _is_web(text: str) -> bool:
    return text == "" or (
        urlsplit(text).scheme in ("http", "https") and bool(urlsplit(text).netloc)
    )


def is_zone(text: str) -> bool:
    """Whether this machine knows a time zone by that name."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder
        return False
    return True
