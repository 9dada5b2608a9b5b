"""The notifier over a real store: what is sent, repeated, given up, and told to the engine."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.notify import dispatch, places
from tests.hub.notify.office import Office, Post, Provider, wait_until


@pytest.fixture
def post() -> Iterator[Post]:
    found = Post()
    yield found
    found.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same back-off, a hundred times as fast."""
    monkeypatch.setattr(dispatch, "RETRY_S", (0.01, 0.03))
    monkeypatch.setattr(dispatch, "LOOK_EVERY_S", 0.05)


def test_a_page_reaches_a_receiver_of_json_with_its_facts(office: Office, post: Post) -> None:
    office.person("mg", post.url)
    notifier = office.notifier()
    office.page(7, "mg")
    notifier.wake()
    assert (office.outcome().ok, office.outcomes[0].page, office.outcomes[0].person) == (
        True,
        7,
        "mg",
    )
    (letter,) = post.letters
    assert letter["title"] == "SIMULATION: SOS: Jo"
    assert letter["message"] == "Since 10:00.\nhttp://127.0.0.1:8080/alarms/a-1"
    facts = {key: letter[key] for key in ("page", "alarm", "person", "repeat", "simulation")}
    assert facts == {
        "page": 7,
        "alarm": "a-1",
        "person": "mg",
        "repeat": False,
        "simulation": True,
    }


def test_it_is_marked_only_after_the_provider_took_it(office: Office) -> None:
    provider = Provider()
    gate = provider.release["json://127.0.0.1/a"] = threading.Event()
    office.person("mg", "json://127.0.0.1/a")
    notifier = office.notifier(provider)
    office.page(1, "mg")
    notifier.wake()
    wait_until(lambda: len(provider.sent) == 1)
    assert office.inbox.take(100) == []
    gate.set()
    assert office.outcome().ok


def test_a_page_that_a_dead_notifier_may_have_sent_goes_out_again_and_says_so(
    office: Office,
) -> None:
    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "mg")
    provider = Provider()
    office.notifier(provider)
    assert office.outcome().ok
    office.page(2, "mg")
    assert office.outcome().ok
    texts = [letter.text.split("\n")[0] for _, letter in provider.sent]
    assert texts == ["Since 10:00. (repeat)", "Since 10:00."]
    assert [letter.facts["repeat"] for _, letter in provider.sent] == [True, False]


def test_a_page_is_sent_once_however_late_the_engine_notes_it(office: Office) -> None:
    provider = Provider()
    office.person("mg", "json://127.0.0.1/a")
    notifier = office.notifier(provider)
    office.page(1, "mg")
    wait_until(lambda: office.inbox.waiting()["outcomes"] == 1)
    for _ in range(50):
        notifier.wake()
    office.page(2, "mg")
    wait_until(lambda: office.inbox.waiting()["outcomes"] == 2)
    assert [letter.facts["page"] for _, letter in provider.sent] == [1, 2]


def test_a_failing_provider_is_tried_again_then_told(office: Office) -> None:
    provider = Provider("busy", "busy", "busy")
    office.person("mg", "json://127.0.0.1/a")
    office.notifier(provider)
    office.page(1, "mg")
    outcome = office.outcome()
    assert (outcome.ok, outcome.note) == (False, "json://127.0.0.1: busy")
    assert len(provider.sent) == 3


def test_a_page_without_an_alarm_is_tried_for_longer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "PATIENT_RETRY_S", (0.01,) * 6)
    provider = Provider(*["busy"] * 6)
    office.person("mg", "json://127.0.0.1/a")
    office.notifier(provider)
    office.page(1, "mg", alarm="", visit="v-1")
    assert office.outcome().ok
    assert len(provider.sent) == 7
    assert provider.sent[0][1].facts["link"] == "http://127.0.0.1:8080/visits/v-1"


def test_one_address_that_works_is_enough_and_the_other_is_still_tried(office: Office) -> None:
    provider = Provider()
    provider.release["json://127.0.0.1/b"] = threading.Event()
    office.person("mg", "json://127.0.0.1/a", "json://127.0.0.1/b")
    office.notifier(provider)
    office.page(1, "mg")
    assert office.outcome().ok
    provider.release["json://127.0.0.1/b"].set()
    assert {url for url, _ in provider.sent} == {"json://127.0.0.1/a", "json://127.0.0.1/b"}


def test_nobody_to_send_it_to_is_told_at_once(office: Office) -> None:
    office.person("mg")
    office.notifier(Provider())
    office.page(1, "mg")
    office.page(2, "stranger")
    assert [(office.outcome().ok, office.outcomes[-1].note) for _ in range(2)] == [
        (False, "has no address to be paged at")
    ] * 2


def test_a_copy_is_sent_and_is_not_the_person(office: Office) -> None:
    provider = Provider()
    office.person("mg")
    office.notifier(provider, copy_to=("json://127.0.0.1/wall",))
    office.page(1, "mg")
    assert not office.outcome().ok
    wait_until(lambda: len(provider.sent) == 1)
    assert provider.sent[0][1].facts["copy"] is True


def test_a_hanging_provider_holds_nobody_else(office: Office) -> None:
    provider = Provider()
    gate = provider.release["json://127.0.0.1:1/hang"] = threading.Event()
    office.person("slow", "json://127.0.0.1:1/hang")
    office.person("quick", "json://127.0.0.1:2/fine")
    notifier = office.notifier(provider, timeout_s=1)
    for number in range(1, 31):
        office.page(number, "slow")
    office.page(31, "quick")
    notifier.wake()
    first = office.outcome()
    assert (first.page, first.ok) == (31, True)
    hung = [office.outcome() for _ in range(30)]
    assert not any(each.ok for each in hung)
    assert notifier.health().sending == places.PER_PROVIDER
    office.page(32, "quick")
    assert (office.outcome().page, office.outcomes[-1].ok) == (32, True)
    gate.set()
    wait_until(lambda: notifier.health().sending == 0)
    office.page(33, "slow")
    assert (office.outcome().page, office.outcomes[-1].ok) == (33, True)


def test_a_withdrawn_page_is_not_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "RETRY_S", (0.3, 0.3))
    provider = Provider("busy", "busy", "busy")
    office.person("mg", "json://127.0.0.1/a")
    notifier = office.notifier(provider)
    office.page(1, "mg")
    wait_until(lambda: len(provider.sent) == 1)
    office.store.write("UPDATE page SET state = 'failed', note = 'over' WHERE id = 1")
    wait_until(lambda: notifier.health().claimed == 0)
    office.page(2, "mg")
    provider.answers.clear()
    assert office.outcome().page == 2
    assert [letter.facts["page"] for _, letter in provider.sent] == [1, 2]


def test_a_store_that_cannot_be_read_for_a_moment_does_not_end_the_notifier(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.person("mg", "json://127.0.0.1/a")
    look = office.reader.waiting_pages
    looking = threading.Lock()
    failures_left = 0

    def fail_twice(now_ms: int, limit: int = 1_000) -> object:
        nonlocal failures_left
        with looking:
            if failures_left:
                failures_left -= 1
                raise OSError("disk gone")
            return look(now_ms, limit)

    monkeypatch.setattr(office.reader, "waiting_pages", fail_twice)
    notifier = office.notifier(Provider())
    with looking:
        failures_left = 2
        office.page(1, "mg")
    assert office.outcome().ok
    assert failures_left == 0
    assert notifier.health().alive


def test_what_a_provider_is_taking_at_a_stop_is_told(office: Office) -> None:
    provider = Provider()
    gate = provider.release["json://127.0.0.1/a"] = threading.Event()
    office.person("mg", "json://127.0.0.1/a")
    notifier = office.notifier(provider)
    office.page(1, "mg")
    wait_until(lambda: len(provider.sent) == 1)
    threading.Timer(0.2, gate.set).start()
    notifier.stop()
    assert office.outcome().ok
