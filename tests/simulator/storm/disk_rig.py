"""What the tests of the storm's disk stand on: a house on it, and fates that watch or kill."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hub.engine.engine import Engine
from hub.store.reader import Reader
from hub.store.store import Store
from simulator.storm import disk
from simulator.storm.disk import StormStore, Trouble
from simulator.storm.fate import Fate, Killed
from tests.hub.house import House

IMAGES = 10  # of each kind, at each instant at which chance has a say


def content(conn: sqlite3.Connection) -> str:
    """All that is in it."""
    names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    found = sha256()
    for (name,) in conn.execute(names).fetchall():
        found.update(repr((name, conn.execute(f"SELECT * FROM {name}").fetchall())).encode())
    return found.hexdigest()


def copy_of(
    built: House, folder: Path, fate: Fate, trouble: Trouble = disk.no_trouble
) -> tuple[House, StormStore]:
    """The same house elsewhere, its engine on the storm's disk."""
    shutil.copytree(built.folder, folder)
    house = House(folder, seed=3, fill=False, start_ms=built.now_ms)
    house.handsets = deepcopy(built.handsets)
    house.store.close()
    store = StormStore(folder, None, fate, trouble)
    house.store, house.engine = store, Engine(store, house.ids, house.policy)
    return house, store


def build(folder: Path) -> House:
    """A house with a visit inside, closed in good order: its folder is copied, not used."""
    house = House(folder)
    house.groundwork()
    house.inside()
    house.store.close()
    house.reader.close()
    return house


@contextmanager
def memory(other: Path) -> Iterator[Path]:
    """In memory where there is such a place: each image is opened, and its closing is synced."""
    shm = Path("/dev/shm")
    with TemporaryDirectory(dir=shm if shm.is_dir() else other) as found:
        yield Path(found)


class Watcher:
    """A fate that spares everybody, and keeps what every possible death would have left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store: StormStore | None = None
        self.reader: Reader | None = None
        self.random = Random(4)
        self.names: list[str] = []
        self.contents: list[str] = []  # after each commit
        self.known: dict[str, Path] = {}
        # image -> (instant, how many contents there were)
        self.images: list[tuple[Path, str, int]] = []

    def instant(self, name: str) -> None:
        if self.store is None or self.reader is None:
            return
        self.names.append(name)
        if name == disk.COMMITTED:
            self.contents.append(content(self.reader._conn()))
        in_the_middle = name in (disk.COMMITTING, disk.CHECKPOINTING)
        for power_loss in (False, True):
            for _ in range(IMAGES if in_the_middle else 1):
                self.keep(name, power_loss)

    def keep(self, name: str, power_loss: bool) -> None:
        assert self.store is not None
        to = self.folder / f"image-{len(self.known)}"
        self.store.image(to, power_loss, self.random)
        digest = sha256(b"".join(path.read_bytes() for path in sorted(to.iterdir()))).hexdigest()
        if digest in self.known:
            shutil.rmtree(to)
        to = self.known.setdefault(digest, to)
        self.images.append((to, name, len(self.contents)))


def opened(image: Path) -> Store:
    store = Store(image)
    assert store.one("PRAGMA integrity_check") == ("ok",)
    assert store.all("PRAGMA foreign_key_check") == []
    return store


class Doomed:
    """Kills at the n-th instant, and leaves the files elsewhere."""

    def __init__(self, at: int, grave: Path, power_loss: bool, random: Random) -> None:
        self.left = at
        self.grave = grave
        self.power_loss = power_loss
        self.random = random
        self.store: StormStore | None = None
        self.name = ""

    def instant(self, name: str) -> None:
        if self.store is None:
            return
        self.left -= 1
        if self.left == 0:
            self.name = name
            self.store.leave(self.grave, self.power_loss, self.random)
            raise Killed
