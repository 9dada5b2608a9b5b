"""Last month by another procedure: refused, watched otherwise, alarms earlier, later, new, gone."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.policy import again
from hub.policy.again import Retold, retell
from hub.policy.load import SHIPPED, load, shipped
from hub.policy.model import Policy
from hub.store.log import erase
from tests.hub.house import MINUTE_MS, POLICY, START_MS, House

Edited = Callable[..., Policy]


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path / "hub")
    made.groundwork()
    return made


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """Homemaker's procedure with some words changed."""

    def edit(*pairs: tuple[str, str]) -> Policy:
        text = shipped("homemaker-exeter").read_text(encoding="utf-8")
        for words, instead in pairs:
            assert words in text, words
            text = text.replace(words, instead, 1)
        path = tmp_path / "ours.toml"
        path.write_text(text, encoding="utf-8")
        return load(path)

    return edit


def a_morning(house: House) -> str:
    """She is let in, called back at 22 minutes, and home after the hour."""
    visit = house.inside()
    for _ in range(22):
        house.forward(MINUTE_MS)
        house.beat("p-ada", "inside")
    house.must("record_contact", "tom", visit=visit, worker="ada", means="work-mobile",
               reached=True)  # fmt: skip
    for _ in range(30):
        house.forward(MINUTE_MS)
        house.beat("p-ada", "inside")
    house.must("confirm_departure", "tom", visit=visit, worker="ada", means="work-mobile")
    house.forward(5 * MINUTE_MS)
    house.must("confirm_home", "tom", visit=visit, worker="ada", means="office")
    house.forward(MINUTE_MS)
    return visit


def told(house: House, policy: Policy, since_ms: int = 0) -> Retold:
    path = house.folder / "hub.sqlite"
    conn = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return retell(conn, policy, since_ms)
    finally:
        conn.close()


def said(found: Retold) -> list[tuple[str, str]]:
    return [(each.what, each.said) for each in found.differences]


def test_by_the_same_procedure_everything_goes_the_same(house: House) -> None:
    a_morning(house)
    found = told(house, POLICY)
    assert (found.visits, found.same, found.faithful, found.differences) == (1, 1, 1, [])


def test_a_shorter_wait_rings_earlier(house: House, edited: Edited) -> None:
    visit = a_morning(house)
    found = told(house, edited(('wait = "20 min"', 'wait = "12 min"')))
    [each] = found.differences
    assert (each.visit, each.what) == (visit, again.EARLIER)
    assert each.said.startswith("by 8 min: ")
    assert each.at_ms == START_MS + 12 * MINUTE_MS


def test_a_longer_wait_than_it_took_does_not_ring(house: House, edited: Edited) -> None:
    a_morning(house)
    found = told(house, edited(('wait = "20 min"', 'wait = "23 min"')))
    assert [each.what for each in found.differences] == [again.GONE]
    found = told(house, edited(('wait = "20 min"', 'wait = "21 min"')))
    assert [each.what for each in found.differences] == [again.LATER]


def test_a_new_clock_rings_anew(house: House, edited: Edited) -> None:
    a_morning(house)
    extra = (
        '[[timer]]\nid = "soon"\nanchor = "confirmed"\nwait = "10 min"\nphases = ["inside", '
        '"leaving"]\nuntil = ["contact"]\naction = "raise"\nkind = "check_in_missed"\n'
        'ladder = "manager"\nsay = "Ten minutes inside"\n\n[[ladder]]\nid = "sos"'
    )
    # the arrival call is contact at that moment: only a timer without `until` rings
    found = told(
        house, edited(('[[ladder]]\nid = "sos"', extra.replace('until = ["contact"]\n', "")))
    )
    assert [(each.what, each.at_ms) for each in found.differences] == [
        (again.NEW, START_MS + 10 * MINUTE_MS)
    ]


def test_other_people_are_called(house: House, edited: Edited) -> None:
    a_morning(house)
    words = '{ roles = ["tracker"], wait = "2 min", say = "other-means" }'
    found = told(house, edited((words, words.replace('"tracker"', '"office"'))))
    assert [each.what for each in found.differences] == [again.OTHERS]
    assert found.differences[0].said.startswith("Exeter office instead of Tracker: ")


def test_a_ground_less_watches_otherwise(house: House, edited: Edited) -> None:
    a_morning(house)
    found = told(house, edited(('when = ["first_meeting"]', 'when = ["recent_violence"]')))
    assert (again.LEVEL, "as “Standard tracking” instead of “Enhanced tracking”") in said(found)
    assert again.GONE in found.counts


def test_a_gate_would_not_have_let_it_be_entered(house: House, edited: Edited) -> None:
    a_morning(house)
    found = told(house, edited(('requires = ["times"]', 'requires = ["two_workers"]')))
    [each] = found.differences
    assert (each.what, each.clause, each.known) == (again.NOT_ENTERED, ("HM-2.5",), True)


def test_a_gate_on_the_way_is_told_and_passed(house: House, edited: Edited) -> None:
    a_morning(house)
    gate = ('command = "confirm_departure"\nrequires = ["spoken"',
            'command = "confirm_departure"\nrequires = ["two_workers"')  # fmt: skip
    found = told(house, edited(gate))
    [each] = found.differences
    assert each.what == again.REFUSED
    assert each.said.startswith("confirm departure: ")
    # the run went on as if it had been seen to: she is home in it, nothing rings afterwards
    assert again.NEW not in found.counts


def test_what_was_refused_then_may_be_allowed(house: House, edited: Edited) -> None:
    assert not house.ask_with("plan_visit", "tom", {
        "client": "c-1", "area": "Heavitree", "purpose": "support", "start_ms": house.now_ms,
        "end_ms": house.now_ms + MINUTE_MS, "workers": "ada", "tracker": "tom", "then": "base",
    }).ok  # fmt: skip
    found = told(
        house, edited(('requires = ["rating", "manager_agreed"]', 'requires = ["rating"]'))
    )
    assert [each.what for each in found.differences] == [again.ENTERED]
    assert told(house, POLICY).same == 1


def test_a_procedure_whose_roles_nobody_held_is_a_guess(house: House) -> None:
    a_morning(house)
    found = told(house, load(shipped("derbyshire-childrens-services")))
    guessed = [each for each in found.differences if not each.known]
    assert guessed
    assert all(each.what in (again.NOT_ENTERED, again.REFUSED) for each in guessed)


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_it_reads_only_and_runs_by_every_procedure(house: House, path: Path) -> None:
    a_morning(house)
    before = list(house.store.all("SELECT seq, digest FROM log", ()))
    found = told(house, load(path))
    assert found.visits == 1
    assert list(house.store.all("SELECT seq, digest FROM log", ())) == before


def test_since_and_what_is_erased(house: House) -> None:
    visit = a_morning(house)
    assert told(house, POLICY, since_ms=house.now_ms).visits == 0
    conn = sqlite3.connect(house.folder / "hub.sqlite")
    rows = conn.execute("SELECT seq FROM log WHERE visit = ? AND kind = 'arrived'", (visit,))
    erase(conn, [seq for (seq,) in rows])
    conn.commit()
    conn.close()
    found = told(house, POLICY)
    assert (found.visits, found.erased, found.same) == (1, 1, 0)
