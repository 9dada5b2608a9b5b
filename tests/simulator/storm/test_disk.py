"""The storm's disk: what is there after a death at any instant, and that the dead do nothing."""

import sqlite3
from pathlib import Path
from random import Random

import pytest

from hub.engine.afterwards import Afterwards
from hub.engine.engine import Engine
from hub.ids import RandomIds
from hub.inbox import FromPendant
from hub.replay import replay, verify
from hub.store.store import Store
from simulator.storm import disk
from simulator.storm.disk import StormStore
from simulator.storm.fate import Killed, Spared
from tests.hub.house import House
from tests.simulator.storm.disk_rig import Doomed, Watcher, content, copy_of, opened


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
