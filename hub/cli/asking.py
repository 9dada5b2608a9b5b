"""For commands: ask the running hub, or, when none runs, do it as the hub would.

Rule: one writer. With a hub running the folder's lock is its own, so it is asked by its side door;
without one the command is decided by the engine and nothing that fell due fires: that is for the
start, after the broker's backlog.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from hub import side_door, staff
from hub.app import Refused, clock_of, open_store, place_of
from hub.engine.engine import Engine
from hub.ids import RandomIds
from hub.inbox import Answer, Command, Reply
from hub.procedure import in_force
from hub.rules.model import Value
from hub.settings import Settings
from hub.store.reader import Reader
from hub.store.schema import NAME as DATABASE

BY = "cli"
ANSWER_S = 10.0


def give(settings: Settings, kind: str, facts: dict[str, Value]) -> Answer:
    """The answer to one of the directory's commands. Raises what keeps a hub from starting."""
    try:
        return side_door.ask(settings.folder, kind, facts)
    except side_door.NoHub:
        return _without_hub(settings, kind, facts)


def _without_hub(settings: Settings, kind: str, facts: dict[str, Value]) -> Answer:
    store = open_store(settings)
    try:
        policy = in_force(settings, store).policy
        clock = clock_of(settings, store)
        reply = Reply()
        engine = Engine(store, RandomIds(), policy, clock.speed, place_of(settings.organisation))
        with opened(settings) as reader:
            asked = [*staff.commands(settings, reader), Command(kind, BY, facts, reply)]
        for each, answer in engine.drain(asked, clock.now_ms()).replies:
            each.give(answer)
        return reply.wait(ANSWER_S)
    finally:
        store.close()


@contextmanager
def opened(settings: Settings) -> Iterator[Reader]:
    """The database, to read, beside a running hub or without one."""
    if not (settings.folder / DATABASE).exists():
        raise Refused(f"there is no hub database in {settings.folder}: start the hub once")
    reader = Reader(settings.folder)
    try:
        yield reader
    finally:
        reader.close()
