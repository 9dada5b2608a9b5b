"""Everything that the doctor looks at, in the order in which a mend helps the next look.

Rule: what cannot be asked because something before it is wrong is not told as well: one cause, one
line.
"""

import fcntl
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from hub import canary, side_door
from hub.canary import Canary, CanaryFault
from hub.clock import utc_ms
from hub.devices.certificates import CANARY, KeysFault
from hub.doctoring import books, broker, conf, durability, keys, machine, whole_way
from hub.doctoring.caller import LOOK_S
from hub.doctoring.finding import Finding
from hub.doctoring.way import GoneFault, Way
from hub.settings import BrokerAt, Settings
from hub.store.reader import Reader
from hub.store.schema import NAME as DATABASE
from hub.store.views import Pendant

TURN_S = 60.0  # no doctor is at it for longer
BROKERS = ("broker", "second broker")
CANARY_MEND = "Start the hub: it puts its canary on its books when it starts."


def look(settings: Settings) -> Iterator[Finding]:
    """Every finding."""
    yield from books.policy(settings)
    at = settings.broker
    if at.tls and at.keys is not None:
        yield from keys.look(at.keys, utc_ms())
    folder = settings.folder
    if not (folder / DATABASE).exists():
        yield Finding("database", f"there is none in {folder}", "Start the hub once.")
        yield from machine.clock()
        yield from books.people(settings)
        yield from _brokers(settings, None)
        return
    yield from machine.disk(folder)
    with closing(Reader(folder)) as reader:
        yield from books.database(settings, reader)
        last_ms = reader.health().last_turn_ms
        yield from books.pendants(reader, max(utc_ms(), last_ms))
        # A simulation's time is its own, and runs ahead.
        yield from machine.clock(0 if settings.simulation.enabled else last_ms)
        yield from books.people(settings)
        yield from _brokers(settings, reader)


def _brokers(settings: Settings, reader: Reader | None) -> Iterator[Finding]:
    at = settings.broker
    known: Sequence[Pendant] = () if reader is None else reader.pendants()
    yield from conf.look(at, [each.id for each in known if each.state == "revoked"])
    try:
        bird = canary.load(at)
    except CanaryFault as exc:
        yield Finding("canary", str(exc).partition(": ")[0], "Remove it and start the hub again.")
        return
    if bird is None:
        yield from _without_canary(settings)
        return
    is_booked = _is_booked(bird, known)
    if reader is not None and not is_booked:
        said = "the hub's books do not have it, active and with this key"
        yield Finding("canary", said, CANARY_MEND)
    runs = is_booked and side_door.answers(settings.folder)
    with alone(at) as is_alone:
        if not is_alone:
            said = f"another doctor has been at work for {TURN_S:g} s: the brokers were not tried"
            yield Finding("canary", said, "See whether one hangs: ps -C allswell.")
            return
        for each, name in zip(at.each(), BROKERS, strict=False):
            try:
                yield from _one(Way(name, each, bird), runs, settings.simulation.enabled)
            except KeysFault:
                return  # told with the keys


@contextmanager
def alone(at: BrokerAt, limit_s: float = TURN_S) -> Iterator[bool]:
    """Whether it is our turn: there is one canary, and two who spoke as it would push each other
    out and call that a fault. The kernel ends the turn of a doctor that died."""
    path = canary.path_of(at)
    if path is None:
        yield True
        return
    with path.open("rb") as file:
        end_s = time.monotonic() + limit_s
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end_s:
                    yield False
                    return
                time.sleep(LOOK_S)
            else:
                yield True
                return


def _one(way: Way, runs: bool, is_simulation: bool) -> Iterator[Finding]:
    absent = list(broker.answers(way.at, way.name))
    yield from absent
    if absent:
        return
    if not is_simulation:
        yield from broker.unprotected(way.at, way.name)
    caller = way.caller()
    if why := caller.open():
        mend = "Its own log says more; it must have the hub's mosquitto.conf and broker.acl."
        yield Finding(way.name, f"the canary is not let in ({why})", mend)
        return
    yield from broker.shown(way, caller.certificate())
    caller.close()
    try:
        yield from broker.strangers(way)
        yield from broker.takeover(way)
        yield from broker.access(way)
        yield from durability.kept(way)
        if runs:
            yield from whole_way.press(way, is_simulation)
    except GoneFault as exc:
        said = f"it no longer answers the canary, which it had let in ({exc})"
        yield Finding(way.name, said, "See its own log, and ask again.")


def _is_booked(bird: Canary, known: Sequence[Pendant]) -> bool:
    return any(
        (each.id, each.key_id, each.state) == (CANARY, bird.key_id, "active") for each in known
    )


def _without_canary(settings: Settings) -> Iterator[Finding]:
    at: BrokerAt = settings.broker
    for each, name in zip(at.each(), BROKERS, strict=False):
        absent = list(broker.answers(each, name))
        yield from absent
        if not absent and not settings.simulation.enabled:
            yield from broker.unprotected(each, name)
    if at.tls or at.files is not None:
        # With passwords the broker must know it first.
        mend = CANARY_MEND if at.tls else "Make the site anew with `allswell init`, which makes it."
        yield Finding("canary", "there is none: the whole way was not tried", mend)
    else:
        said = "its users and rights are not the hub's to try: the whole way was not tried"
        mend = "See docs/operations.md for a broker of the hub's own, over TLS."
        yield Finding("broker", said, mend, grave=False)
