"""The notifier's decisions in virtual time: no thread, no provider, no waiting."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.inbox import PageOutcome
from hub.notify import dispatch, places
from hub.notify.dispatch import Dispatch, Sending
from hub.settings import Notify
from tests.hub.notify.office import NOW_MS, Office

LIMIT_S = 10
LINK = "http://127.0.0.1:8080"


class Desk:
    """A dispatch whose time the test moves; `inside` are the sends that have not come back."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.now_s = 100.0
        self.told: list[PageOutcome] = []
        self.inside: list[Sending] = []
        self.dispatch = self.restart()

    def restart(self) -> Dispatch:
        settings = Notify(timeout_s=LIMIT_S)
        self.dispatch = Dispatch(
            self.office.reader, lambda: NOW_MS, settings, LINK, self.told.append
        )
        self.inside = []
        return self.dispatch

    def look(self) -> list[Sending]:
        found = self.dispatch.look(self.now_s)
        self.inside += found
        return found

    def pages(self) -> list[object]:
        """Which pages a look sends."""
        return [sending.letter.facts["page"] for sending in self.look()]

    def done(self, sending: Sending, fault: str = "") -> None:
        self.inside.remove(sending)
        self.dispatch.done(sending, fault, self.now_s)

    def fates(self) -> list[tuple[int, bool]]:
        """Told since the last time; the engine notes them."""
        found, self.told[:] = [(each.page, each.ok) for each in self.told], []
        for page, ok in found:
            state = "sent" if ok else "failed"
            self.office.store.write("UPDATE page SET state = ? WHERE id = ?", (state, page))
        return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    found.close()


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def test_with_nothing_waiting_there_is_nothing_to_do_and_no_next_time(desk: Desk) -> None:
    assert desk.look() == []
    assert desk.dispatch.next_s(desk.now_s) is None


def test_sent_is_told_only_when_the_provider_took_it(office: Office, desk: Desk) -> None:
    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "mg")
    (sending,) = desk.look()
    assert (sending.url, desk.told) == ("json://127.0.0.1/a", [])
    desk.now_s += LIMIT_S - 1
    assert desk.look() == []
    desk.done(sending)
    assert desk.fates() == [(1, True)]
    assert desk.look() == []
    assert desk.dispatch.claimed == 0


@pytest.mark.parametrize("alarm", ["a-1", ""])
def test_each_try_comes_exactly_when_it_was_announced(
    office: Office, desk: Desk, alarm: str
) -> None:
    retries = dispatch.RETRY_S if alarm else dispatch.PATIENT_RETRY_S
    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "mg", alarm=alarm)
    for pause_s in retries:
        (sending,) = desk.look()
        desk.done(sending, "busy")
        end_s = desk.now_s + pause_s
        while desk.now_s < end_s:
            assert desk.look() == [], "too early"
            next_s = desk.dispatch.next_s(desk.now_s)
            assert next_s is not None
            assert desk.now_s < next_s <= min(end_s, desk.now_s + dispatch.LOOK_EVERY_S)
            desk.now_s = next_s
    (sending,) = desk.look()
    assert sending.number == len(retries) + 1
    assert desk.told == []
    desk.done(sending, "busy")
    assert desk.fates() == [(1, False)]


def test_what_gives_no_answer_in_time_goes_out_again_and_says_so(
    office: Office, desk: Desk
) -> None:
    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "mg")
    (first,) = desk.look()
    desk.now_s += LIMIT_S
    assert desk.look() == []
    desk.now_s += dispatch.RETRY_S[0]
    (second,) = desk.look()
    assert (first.letter.facts["repeat"], second.letter.facts["repeat"]) == (False, True)
    assert desk.dispatch.sending == 2


def test_the_first_try_may_still_be_taken_while_the_second_is_on_its_way(
    office: Office, desk: Desk
) -> None:
    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "mg")
    (first,) = desk.look()
    desk.now_s += LIMIT_S
    desk.look()
    desk.now_s += dispatch.RETRY_S[0]
    (second,) = desk.look()
    desk.done(first)
    assert desk.fates() == [(1, True)]
    desk.done(second)
    assert (desk.fates(), desk.dispatch.sending, desk.look()) == ([], 0, [])


def test_a_late_refusal_of_a_try_that_was_given_up_counts_for_nothing(
    office: Office, desk: Desk
) -> None:
    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "mg")
    (first,) = desk.look()
    desk.now_s += LIMIT_S
    desk.look()
    desk.now_s += dispatch.RETRY_S[0]
    (second,) = desk.look()
    desk.done(first, "refused")
    assert desk.dispatch.counts.failed == 1
    desk.done(second)
    assert desk.fates() == [(1, True)]


@pytest.mark.parametrize("is_told", [False, True], ids=["before it told", "before it was noted"])
def test_what_waited_when_the_hub_died_goes_out_again_and_says_so(
    office: Office, desk: Desk, is_told: bool
) -> None:
    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "mg")
    (sending,) = desk.look()
    if is_told:
        desk.done(sending)
        desk.told.clear()
    desk.restart()
    (again,) = desk.look()
    assert again.letter.facts["repeat"] is True
    desk.done(again)
    assert desk.fates() == [(1, True)]


def test_a_look_that_failed_may_be_repeated_and_sends_each_page_once(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "mg")
    office.page(2, "mg")
    read = office.reader.person
    failing = iter([False, True])

    def gone(person_id: str) -> object:
        if next(failing, False):
            raise OSError("disk gone")
        return read(person_id)

    monkeypatch.setattr(office.reader, "person", gone)
    with pytest.raises(OSError, match="disk gone"):
        desk.look()
    assert desk.pages() == [1, 2]


# What hangs.


def _hanging(office: Office, desk: Desk, providers: int, pages: int) -> None:
    """Pages to as many providers, none of which ever answers."""
    number = 1_000
    for host in range(1, providers + 1):
        office.person(f"slow-{host}", f"json://127.0.0.{host}/hang")
        for _ in range(pages):
            office.page(number, f"slow-{host}")
            number += 1
    desk.look()


@pytest.mark.parametrize(
    ("providers", "wait_s"), [(8, 0), (8, LIMIT_S), (8, 20 * LIMIT_S), (40, 20 * LIMIT_S)]
)
def test_hanging_providers_hold_up_nobody_elses_page(
    office: Office, desk: Desk, providers: int, wait_s: int
) -> None:
    office.person("mg", "json://127.0.0.99/fine")
    _hanging(office, desk, providers, pages=10)
    for _ in range(wait_s):
        desk.now_s += 1
        desk.look()
        desk.fates()
    for number in range(1, 31):
        office.page(number, "mg")
        assert desk.pages() == [number]
        desk.done(desk.inside[-1])
        assert (number, True) in desk.fates()


def test_a_provider_that_hangs_takes_no_more_than_its_places_and_its_pages_are_given_up(
    office: Office, desk: Desk
) -> None:
    _hanging(office, desk, providers=1, pages=30)
    fates: list[tuple[int, bool]] = []
    for _ in range(6 * LIMIT_S):
        desk.now_s += 1
        desk.look()
        fates += desk.fates()
        assert desk.dispatch.sending <= places.PER_PROVIDER
    assert sorted(fates) == [(number, False) for number in range(1_000, 1_030)]
    for sending in list(desk.inside):
        desk.done(sending, "at last")
    assert desk.dispatch.sending == 0
    office.page(1, "slow-1")
    assert desk.pages() == [1]


def test_so_many_sends_are_within_their_time_and_no_more(office: Office, desk: Desk) -> None:
    _hanging(office, desk, providers=100, pages=2)
    assert desk.dispatch.sending == places.AT_ONCE
    for _ in range(12 * LIMIT_S):
        desk.now_s += 0.5
        desk.look()
        within = [each for each in desk.inside if each.place.deadline_s > desk.now_s]
        assert len(within) <= places.AT_ONCE


def test_a_busy_provider_that_works_uses_its_places(office: Office, desk: Desk) -> None:
    office.person("mg", "json://127.0.0.1/fine")
    for number in range(1, 21):
        office.page(number, "mg")
    sent: list[object] = []
    for _ in range(3):
        found = desk.look()
        assert len(found) <= places.PER_PROVIDER
        sent += [each.letter.facts["page"] for each in found]
        for sending in found:
            desk.done(sending)
        desk.fates()
    assert sent == list(range(1, 21))
