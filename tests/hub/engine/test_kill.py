"""Killed between any two statements of any turn: nothing acknowledged is lost, nothing is doubled.

The files are copied at the instant of the kill, as the disk would have them, and opened by a new
hub; the dead one is abandoned. Then the broker redelivers what was not acknowledged.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub import replay
from hub.engine.afterwards import Afterwards
from hub.inbox import FromPendant
from protocol.messages import Receipt
from tests.hub.house import House


class Killed(BaseException):
    """The process is gone: not an Exception, so that nothing thinks it can go on."""


class Death:
    """Kills the house at its n-th statement, counted from `arm`."""

    def __init__(self, house: House, at: int, grave: Path) -> None:
        self.count = 0
        self.armed = False
        self._house, self._at, self._grave = house, at, grave
        for name in ("begin", "write", "write_many", "commit"):
            setattr(house.store, name, self._guard(getattr(house.store, name), name))

    def _guard(self, act: Callable[..., None], name: str) -> Callable[..., None]:
        def guarded(*given: object) -> None:
            self._instant()
            act(*given)
            if name == "commit":
                self._instant()

        return guarded

    def _instant(self) -> None:
        if not self.armed:
            return
        self.count += 1
        if self.count == self._at:
            self.armed = False
            self._house.copy(self._grave)
            raise Killed


def story(house: House) -> list[FromPendant]:
    """A visit with an SOS on it, a duplicate and a stranger's garbage, as the broker has it."""
    handset = house.handsets["p-ada"]
    at_ms = house.now_ms
    items = [
        house.item(handset.message("booted", at_ms)),
        house.item(handset.message("arrived", at_ms + 1, "planned")),
        house.item(handset.message("sos-pressed", at_ms + 2, "at-door", gesture="sos-hold")),
        house.item(handset.message("sos-pressed", at_ms + 3, "at-door", gesture="sos-stabs")),
        house.item(handset.message("ok", at_ms + 4, "at-door")),
    ]
    return [*items, FromPendant("events", "allswell/p-zed/up/sos", b"garbage", 900, 1, 1)]


def tell(house: House, items: list[FromPendant], received: set[int]) -> set[int]:
    """Give the items one turn each; the mids that were acknowledged."""
    acked: set[int] = set()
    for item in items:
        after = house.turn(item)
        acked |= {ack[2] for ack in after.acks}
        received |= receipts(house, after)
    return acked


def receipts(house: House, after: Afterwards) -> set[int]:
    found = house.handsets["p-ada"].heard(after)
    return {each.seq for each in found if isinstance(each, Receipt)}


def outline(house: House) -> dict[str, object]:
    """What stands at the end, without what a kill may rightly change (who was paged how often)."""
    alarms = house.reader.open_alarms()
    return {
        "alarms": sorted((a.kind, a.state, [p.identity for p in a.presses]) for a in alarms),
        "visits": [(row.visit.phase, row.part.claims) for row in
                   house.reader.board(house.now_ms).rows],
        "seen": sorted(house.store.all("SELECT boot, seq, sha FROM seen")),
    }  # fmt: skip


def statements_of_the_story(tmp_path: Path) -> int:
    house = House(tmp_path / "count")
    house.plan()
    items = story(house)
    death = Death(house, 1 << 30, tmp_path / "never")
    death.armed = True
    tell(house, items, set())
    return death.count


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    house = House(tmp_path_factory.mktemp("undisturbed"))
    house.plan()
    tell(house, story(house), set())
    return outline(house)


def test_killed_between_any_two_statements(tmp_path: Path, undisturbed: dict[str, object]) -> None:
    total = statements_of_the_story(tmp_path)
    assert total > 40
    for at in range(1, total + 1):
        killed_at(tmp_path / str(at), at, undisturbed)


def killed_at(folder: Path, at: int, undisturbed: dict[str, object]) -> None:
    house = House(folder / "hub")
    house.plan()
    items = story(house)
    death = Death(house, at, folder / "grave")
    death.armed = True
    acked: set[int] = set()
    received: set[int] = set()
    with pytest.raises(Killed):
        for item in items:
            acked |= tell(house, [item], received)
    again = reopened(house, folder / "grave")
    # What the pendant was told the hub has, the hub has.
    kept = {row[0] for row in again.store.all("SELECT seq FROM seen WHERE key_id = 'k-p-ada'")}
    assert received <= kept, f"receipted and lost at statement {at}"
    again.engine.recover(again.now_ms)
    # The broker redelivers what was not acknowledged; the pendant resends everything.
    tell(again, [item for item in items if item.mid not in acked], received)
    tell(again, items, received)
    assert received == {1, 2, 3, 4, 5}
    assert outline(again) == undisturbed, f"killed at statement {at}"
    assert replay.verify(again.store.conn).ok
    assert replay.replay(again.store.conn).problems == []
    again.store.close()
    house.store.close()


def reopened(house: House, grave: Path) -> House:
    other = House(grave, seed=2, fill=False)
    other.now_ms, other.handsets, other.mid = house.now_ms, house.handsets, house.mid
    return other


def test_a_page_is_on_the_disk_before_anything_is_acknowledged(tmp_path: Path) -> None:
    """Whoever has been told that the hub has it, for her a page is waiting in the outbox."""
    house = House(tmp_path / "hub")
    handset = house.handsets["p-ada"]
    after = house.turn(house.item(handset.message("sos-pressed", house.now_ms)))
    assert after.acks
    dead = house.kill(tmp_path / "dead")
    assert {page.state for page in dead.reader.waiting_pages(dead.now_ms)} == {"waiting"}
    assert len(dead.reader.waiting_pages(dead.now_ms)) == 2


def test_a_torn_end_of_the_wal_loses_no_committed_turn_before_it(tmp_path: Path) -> None:
    house = House(tmp_path / "hub")
    house.sos("p-ada")
    whole = (house.folder / "hub.sqlite-wal").stat().st_size
    house.sos("p-ada")
    end = (house.folder / "hub.sqlite-wal").stat().st_size
    for cut in range(whole, end, max(1, (end - whole) // 7)):
        grave = tmp_path / f"cut-{cut}"
        house.copy(grave)
        with (grave / "hub.sqlite-wal").open("r+b") as wal:
            wal.truncate(cut)
        again = reopened(house, grave)
        (alarm,) = again.reader.open_alarms()
        assert 1 <= len(alarm.presses) <= 2
        assert replay.verify(again.store.conn).ok
        assert replay.replay(again.store.conn).ok
        again.store.close()
