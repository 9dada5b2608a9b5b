"""The storm's disk: what is there after a death at any instant, and that the dead do nothing."""

import shutil
import sqlite3
from collections.abc import Iterator
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from random import Random
from struct import unpack
from tempfile import TemporaryDirectory

import pytest

from hub.engine.afterwards import Afterwards
from hub.engine.engine import Engine
from hub.ids import RandomIds
from hub.inbox import FromPendant
from hub.replay import replay, verify
from hub.store.reader import Reader
from hub.store.schema import NAME
from hub.store.store import Store
from simulator.storm import disk, wal
from simulator.storm.disk import StormStore, Trouble
from simulator.storm.fate import Fate, Killed, Spared
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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house with a visit inside, closed in good order. Its folder is copied, not used."""
    house = House(tmp_path_factory.mktemp("built") / "hub")
    house.groundwork()
    house.inside()
    house.store.close()
    return house


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: each image is opened, and its closing is synced."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as found:
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


def a_busy_hour(house: House) -> None:
    """Some turns of each kind: an SOS, a beat, people, deadlines, what cannot be read."""
    house.forward(60_000)
    house.beat("p-ada", "inside")
    house.sos("p-bea")
    alarm = house.reader.open_alarms()[0].id
    house.must("acknowledge", "mia", alarm=alarm)
    house.turn(FromPendant("events", "lw/p-ada/up/event", b"garbage", 900, 1, 1))
    house.press("p-ada", "departed", "inside")
    for _ in range(4):
        house.forward(15 * 60_000)


def opened(image: Path) -> Store:
    store = Store(image)
    assert store.one("PRAGMA integrity_check") == ("ok",)
    assert store.all("PRAGMA foreign_key_check") == []
    return store


@pytest.mark.parametrize("frames", [disk.CHECKPOINT_FRAMES, 25], ids=["a long log", "a short log"])
def test_after_any_death_there_is_what_was_committed_and_nothing_else(
    built: House, folder: Path, frames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "CHECKPOINT_FRAMES", frames)
    watcher = Watcher(folder)
    house, watcher.store = copy_of(built, folder / "hub", watcher)
    watcher.reader = house.reader
    watcher.contents.append(content(house.reader._conn()))
    a_busy_hour(house)
    expected = set(disk.INSTANTS) - ({disk.CHECKPOINTING} if frames > 25 else set())
    assert set(watcher.names) == expected
    sound: set[str] = set()
    survived = {False: 0, True: 0}
    states: dict[Path, str] = {}
    for image, name, count in watcher.images:
        if image not in states:
            store = opened(image)
            found = states[image] = content(store.conn)
            if found not in sound:
                assert verify(store.conn).ok
                assert replay(store.conn).ok
                sound.add(found)
            store.close()
        old = watcher.contents[count - 1]
        new = watcher.contents[min(count, len(watcher.contents) - 1)]
        if name == disk.COMMITTING:
            assert states[image] in (old, new)
            survived[states[image] == new] += 1
        elif name == disk.CHECKPOINTING:
            assert states[image] == new, "a commit that was synced is gone"
        else:
            assert states[image] == old, f"not what was committed at {name!r}"
    assert min(survived.values()) > len(watcher.contents), "the middle of a commit tears nothing"
    assert len(sound) == len(set(watcher.contents))
    house.store.close()
    house.reader.close()


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


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("power_loss", [False, True], ids=["process", "power"])
def test_an_sos_survives_every_death_in_its_turn_because_it_is_sent_again(
    built: House, folder: Path, power_loss: bool, seed: int
) -> None:
    """The broker has no acknowledgement, so that it gives it to the next hub once more (P1)."""
    died_at: set[str] = set()
    for number in range(1, 1_000):
        grave = folder / f"grave-{number}"
        fate = Doomed(number, grave, power_loss, Random(1_000 * seed + number))
        house, store = copy_of(built, folder / f"hub-{number}", fate)
        fate.store = store
        sos = house.item(house.handsets["p-bea"].message("sos-pressed", house.now_ms, gesture="x"))
        try:
            house.turn(sos)
        except Killed:
            pass
        else:
            break
        before = {path.name: path.read_bytes() for path in grave.iterdir()}
        died_at.add(fate.name)
        _haunt(store)
        assert {path.name: path.read_bytes() for path in grave.iterdir()} == before
        heir = Engine(Store(grave), RandomIds(9), house.policy)  # the dead one still holds its own
        after: list[Afterwards] = [heir.drain([sos], house.now_ms), heir.recover(house.now_ms)]
        acks = [ack for each in after for ack in each.acks]
        assert acks == [(sos.session, sos.connection, sos.mid, sos.qos)]
        rows = heir.store.all("SELECT seq FROM seen WHERE key_id = 'k-p-bea'")
        assert len(rows) == 1
        assert len(heir.store.all("SELECT id FROM alarm WHERE pendant = 'p-bea'")) == 1
        assert heir.store.all("SELECT id FROM page WHERE state = 'waiting'") != []
        assert verify(heir.store.conn).ok
        heir.store.close()
        store.close()
        house.reader.close()
    assert died_at == set(disk.INSTANTS) - {disk.CHECKPOINTING}


def _haunt(store: StormStore) -> None:
    """Whatever the production code's `except` and `finally` may do with a dead store."""
    assert store.is_dead
    store.rollback()
    for act in (
        store.begin,
        store.commit,
        lambda: store.write("DELETE FROM deadline"),
        lambda: store.write_many("DELETE FROM deadline WHERE owner = ?", [("x",)]),
        lambda: store.one("SELECT 1"),
        lambda: store.all("SELECT 1"),
        lambda: store.meta("head"),
        lambda: store.set_meta("head", "x"),
        lambda: store.last_commit_ms,
    ):
        with pytest.raises(Killed):
            act()


def test_who_dies_elsewhere_leaves_a_store_that_is_dead(built: House, folder: Path) -> None:
    """A fate may kill at an instant of the broker's, or while the disk is slow."""

    def killed(act: str) -> None:
        raise Killed(act)

    house, store = copy_of(built, folder / "hub", Spared(), killed)
    with pytest.raises(Killed):
        house.forward(60_000)
    _haunt(store)
    store.image(folder / "grave", False, Random(1))
    heir = opened(folder / "grave")
    assert verify(heir.conn).ok
    heir.close()
    store.close()
    _haunt(store)
    house.reader.close()


def test_a_full_disk_takes_nothing_and_a_slow_one_shows_nothing_before_it_has_it(
    built: House, folder: Path
) -> None:
    troubles: list[str] = []
    shown: list[str] = []

    def trouble(act: str) -> None:
        if act == disk.COMMIT:
            shown.append(content(house.reader._conn()))
            if len(troubles) < 2:
                troubles.append(act)
                raise sqlite3.OperationalError("database or disk is full")

    house, store = copy_of(built, folder / "hub", Spared(), trouble)
    before = content(house.reader._conn())
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="full"):
            house.sos("p-bea")
        assert content(house.reader._conn()) == before
    house.sos("p-bea")
    assert shown == [before] * 3
    assert content(house.reader._conn()) != before
    assert verify(store.conn).ok
    store.close()
    house.reader.close()


def test_the_log_ends_where_its_frames_say(
    built: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's index, which the disk goes by, against the log itself; over its beginnings anew."""
    monkeypatch.setattr(disk, "CHECKPOINT_FRAMES", 40)
    house, store = copy_of(built, folder / "hub", Spared())
    files = wal.Files(store.path)
    salts: set[bytes] = set()
    for _ in range(30):
        house.forward(60_000)
        house.beat("p-ada", "inside")
        assert files.end().frames == _frames(Path(f"{folder}/hub/{NAME}-wal").read_bytes())
        salts.add(files.end().salts)
    assert len(salts) > 2
    files.close()
    store.close()
    house.reader.close()


def _frames(log: bytes) -> int:
    """How many count: those of the header's salts, up to the last that ends a commit."""
    (page,) = unpack(">I", log[8:12])
    salts, found = log[16:24], 0
    for number, at in enumerate(range(wal.HEADER, len(log) - page, wal.FRAME + page), 1):
        ends, frame_salts = log[at + 4 : at + 8], log[at + 8 : at + 16]
        if frame_salts != salts:
            break
        if any(ends):
            found = number
    return found
