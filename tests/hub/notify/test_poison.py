"""One address that no parser takes, one page that cannot be made: everybody else is paged."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.notify import dispatch, places
from hub.notify.channels import Letter
from tests.hub.notify.office import Office, Provider, wait_until

# As somebody may type them into the settings, or as a restored database may hold them.
UNPARSABLE = ("json://[::1", "http://[not-an-address]/x", "json://[", "http://h:99999999/")


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


@pytest.mark.parametrize("url", UNPARSABLE)
def test_an_address_that_cannot_be_read_is_told_and_holds_nobody_up(
    office: Office, url: str
) -> None:
    office.person("bad", url)
    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "bad")
    office.page(2, "mg")
    office.notifier(Provider())
    found = {office.outcome().page: office.outcomes[-1].ok for _ in range(2)}
    assert found[2]


@pytest.mark.parametrize("url", UNPARSABLE)
def test_a_copy_to_an_address_that_cannot_be_read_holds_nobody_up(office: Office, url: str) -> None:
    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "mg")
    office.notifier(Provider(), copy_to=(url,))
    assert office.outcome().ok


@pytest.mark.parametrize("url", UNPARSABLE)
def test_the_real_channel_says_why_instead_of_raising(office: Office, url: str) -> None:
    office.person("bad", url)
    office.page(1, "bad")
    office.notifier()
    assert not office.outcome().ok


def test_a_send_that_raises_is_a_fault_that_is_told(office: Office) -> None:
    def send(url: str, letter: Letter, simulation: bool) -> str:
        raise RuntimeError("a fault of ours")

    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "mg")
    office.notifier(send, timeout_s=30.0)
    outcome = office.outcome()
    assert not outcome.ok
    assert "RuntimeError" in outcome.note


def test_a_machine_without_a_thread_to_spare_pages_when_it_has_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A send that never began must not keep its place."""
    start = threading.Thread.start
    refused: list[str] = []

    def scarce(thread: threading.Thread) -> None:
        if thread.name.startswith("page-") and len(refused) < 2:
            refused.append(thread.name)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", scarce)
    office.person("mg", "json://127.0.0.1/a")
    office.page(1, "mg")
    notifier = office.notifier(Provider(), timeout_s=30)
    assert office.outcome().ok
    assert len(refused) == 2
    wait_until(lambda: notifier.health().sending == 0)


@pytest.mark.parametrize("rank", [2, 1], ids=["unverified", "a stolen pendant"])
def test_a_flood_of_one_alarm_does_not_hold_up_another(office: Office, rank: int) -> None:
    """A slow provider has few places; a flood must not keep them all (P7)."""
    for name, its_rank in (("a-flood", rank), ("a-sos", 1)):
        office.store.write(
            "INSERT INTO alarm (id, kind, rank, state, visit, worker, pendant, source, raised_ms,"
            " next_ms, silent, changed_ms, state_json) VALUES (?,'sos',?,'open','','','','',1,1,0,"
            "1,'{}')",
            (name, its_rank),
        )
    url = "json://127.0.0.1/a"
    provider = Provider()
    gate = provider.release[url] = threading.Event()
    office.person("mg", url)
    for number in range(1, 41):
        office.page(number, "mg", alarm="a-flood")
    notifier = office.notifier(provider)
    wait_until(lambda: len(provider.sent) == places.PER_PROVIDER, what="a busy provider")
    office.page(41, "mg", alarm="a-sos")
    notifier.wake()
    wait_until(lambda: notifier.health().claimed == 41, what="the SOS claimed")
    gate.set()
    wait_until(lambda: len(provider.sent) == 41, what="all pages")
    order = [letter.facts["page"] for _, letter in provider.sent]
    assert order.index(41) < 2 * places.PER_PROVIDER
