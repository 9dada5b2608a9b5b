"""Mutual TLS of the real firmware with a real mosquitto: who is refused, and what survives."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.clock import utc_ms
from hub.devices import certificates
from hub.devices.certificates import Credential, issue_client, make_ca
from protocol import topics
from protocol.messages import Booted, SosPressed
from tests.live.driven_pendant import DrivenPendant
from tests.live.secure_pendant import (
    HUB_MS,
    PENDANT,
    Site,
    broker_called,
    clock_at,
    secure,
    settings,
)

pytestmark = [pytest.mark.live, pytest.mark.micropython]
both = pytest.mark.parametrize("interpreter", ["micropython", "cpython"])
ATTEMPTS = 2


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    found = Site(tmp_path / "site")
    found.real.start()
    yield found
    found.real.kill()


def own(site: Site, name: str = PENDANT) -> Credential:
    return issue_client(site.ca, name, utc_ms())


def sos_goes_through(site: Site, pendant: DrivenPendant) -> None:
    """Pressed, stored, heard, receipted, felt."""
    hub = site.hub()
    try:
        pendant.until(link=True)
        pendant.say(button="s", down=True)
        pendant.until(feel="stored")
        pendant.say(button="s", down=False)
        hub.receipt(*hub.first(SosPressed))
        pendant.until(feel="hub-has-it")
    finally:
        hub.close()


def attempt(pendant: DrivenPendant, times: int = ATTEMPTS) -> None:
    """It tries so many times more; a press ends each back-off."""
    for _ in range(times):
        tried = pendant.until_any("broker")
        assert tried, "host:port"
        pendant.say(button="a", down=True)
        pendant.say(button="a", down=False)


@both
def test_an_sos_goes_through(tmp_path: Path, site: Site, interpreter: str) -> None:
    with secure(tmp_path, interpreter, settings(site.real.port), site.ca, own(site)) as pendant:
        pendant.start()
        sos_goes_through(site, pendant)
    assert f"as {PENDANT} (" in site.real.log, "the broker knew it by its certificate"


def impostors(site: Site) -> dict[str, Credential]:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    far_off = datetime(2080, 1, 1, tzinfo=UTC)
    return {
        "another authority": broker_called(make_ca("Example Homes", utc_ms())),
        "another name": broker_called(site.ca, "allswell-broker.example"),
        "its address only": broker_called(site.ca, "127.0.0.1"),
        "a stolen pendant": issue_client(site.ca, "p-bb", utc_ms()),
        "expired": broker_called(site.ca, ends=long_ago),
        "not yet valid": broker_called(site.ca, begins=far_off),
    }


# As mbedTLS says it, on the chip's serial line too.
REASONS = {
    "another authority": "not correctly signed by the trusted CA",
    "another name": "does not match with the expected CN",
    "its address only": "does not match with the expected CN",
    "a stolen pendant": "does not match with the expected CN",
    "expired": "validity has expired",
    "not yet valid": "validity starts in the future",
}


@pytest.mark.parametrize(
    ("who", "interpreter"),
    [
        ("another authority", "micropython"),
        ("another name", "micropython"),
        ("another name", "cpython"),
        ("its address only", "micropython"),
        ("a stolen pendant", "micropython"),
        ("expired", "micropython"),
        ("not yet valid", "micropython"),
    ],
)
def test_a_broker_that_is_not_ours_is_refused(
    tmp_path: Path, site: Site, interpreter: str, who: str
) -> None:
    """It learns nothing, and costs the pendant nothing: with the right one the link is up."""
    true = certificates.read(site.keys, certificates.BROKER)
    site.real.kill()
    site.show(impostors(site)[who])
    site.real.start()
    with secure(tmp_path, interpreter, settings(site.real.port), site.ca, own(site)) as pendant:
        pendant.start()
        attempt(pendant)
        assert not pendant.said(link=True)
        assert f"as {PENDANT}" not in site.real.log
        if interpreter == "micropython":
            assert REASONS[who] in str([told["log"] for told in pendant.told if "log" in told])
        site.real.kill()
        site.show(true)
        site.real.start()
        pendant.say(button="a", down=True)
        pendant.say(button="a", down=False)
        pendant.until(link=True)
        assert pendant.times("boot") == 1, "no reset came of it"


@pytest.mark.parametrize("habit", ["says nothing", "talks plain", "hangs up"])
def test_what_is_no_broker_at_all_costs_an_attempt_and_no_reset(
    tmp_path: Path, site: Site, habit: str
) -> None:
    """Whatever answers at the broker's address, in the middle of the handshake."""
    calls: list[socket.socket] = []

    def answer(server: socket.socket) -> None:
        with suppress(OSError):  # the test is over
            while True:
                call, _ = server.accept()
                calls.append(call)
                if habit == "talks plain":
                    call.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                elif habit == "hangs up":
                    call.close()

    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        secure(
            tmp_path, "micropython", settings(server.getsockname()[1]), site.ca, own(site)
        ) as pendant,
    ):
        threading.Thread(target=answer, args=(server,), daemon=True).start()
        pendant.start()
        attempt(pendant, 3)
        assert not pendant.said(link=True)
        assert pendant.times("boot") == 1
        server.shutdown(socket.SHUT_RDWR)
    for call in calls:
        call.close()


def test_refused_handshakes_leave_no_sockets_behind(tmp_path: Path, site: Site) -> None:
    site.real.kill()
    site.show(impostors(site)["another authority"])
    site.real.start()
    with secure(tmp_path, "micropython", settings(site.real.port), site.ca, own(site)) as pendant:
        pendant.start()
        attempt(pendant, 2)
        before = len(list(Path(f"/proc/{pendant.pid}/fd").iterdir()))
        attempt(pendant, 10)
        assert len(list(Path(f"/proc/{pendant.pid}/fd").iterdir())) <= before + 1


def test_a_pendant_of_another_installation_is_turned_away(tmp_path: Path, site: Site) -> None:
    stranger = issue_client(make_ca("Example Homes", utc_ms()), PENDANT, utc_ms())
    with secure(tmp_path, "micropython", settings(site.real.port), site.ca, stranger) as pendant:
        pendant.start()
        attempt(pendant)
        assert not pendant.said(link=True)
        assert f"as {PENDANT}" not in site.real.log


def test_a_stolen_identity_is_of_no_use(tmp_path: Path, site: Site) -> None:
    """p-bb's keys in a pendant that says it is p-aa: nobody hears it as p-aa."""
    hub = site.hub()
    try:
        told = settings(site.real.port)
        with secure(tmp_path / "thief", "micropython", told, site.ca, own(site, "p-bb")) as thief:
            thief.start()
            thief.until(link=True)  # the broker takes it for p-bb, and says nothing
            thief.say(button="s", down=True)
            thief.until(feel="not-sent")
        assert not hub.caller.heard
        with secure(tmp_path / "true", "micropython", told, site.ca, own(site)) as pendant:
            pendant.start()
            _said, token = hub.first(Booted)
        topic = topics.up(PENDANT, "event")
        assert (topic, token) == hub.caller.heard[0], "the first that came as p-aa was p-aa's"
        assert not hub.heard(SosPressed)
    finally:
        hub.close()


def test_a_clock_that_stands_at_the_year_2000_costs_no_sos(tmp_path: Path, site: Site) -> None:
    """A flat battery: the chip begins at its epoch, and so do the certificates, on purpose."""
    clock = clock_at("2000-01-01 00:00:01")
    told = settings(site.real.port)
    with secure(tmp_path, "micropython", told, site.ca, own(site), clock) as pendant:
        pendant.start()
        sos_goes_through(site, pendant)


@pytest.mark.parametrize("moment", ["1999-12-31 23:00:00", "2060-01-01 00:00:00"])
def test_dates_are_checked_by_the_clock_that_there_is(
    tmp_path: Path, site: Site, moment: str
) -> None:
    """The same broker, before its certificate begins and after it has ended."""
    told, clock = settings(site.real.port), clock_at(moment)
    with secure(tmp_path, "micropython", told, site.ca, own(site), clock) as pendant:
        pendant.start()
        attempt(pendant)
        assert not pendant.said(link=True)


def test_the_last_good_time_sets_the_clock_at_the_next_start(tmp_path: Path, site: Site) -> None:
    told = settings(site.real.port)
    with secure(tmp_path, "micropython", told, site.ca, own(site)) as pendant:
        pendant.start()
        hub = site.hub()
        try:
            hub.receipt(*hub.first(Booted))
            clock = pendant.until(clock=HUB_MS)
            assert clock["clock"] == HUB_MS
            pendant.until(flash="written", name="clock")
        finally:
            hub.close()
        pendant.kill()
        site.real.kill()  # nobody tells the time now
        pendant.start()
        pendant.until(clock=HUB_MS)


def test_a_damaged_key_file_stops_no_sos(tmp_path: Path, site: Site) -> None:
    """It cannot be sent, and she is told; it is stored, for whoever mends the pendant."""
    told = settings(site.real.port)
    with secure(tmp_path, "micropython", told, site.ca, own(site)) as pendant:
        (pendant.flash / "key.der").write_bytes(b"\x30\x03no")
        pendant.start()
        pendant.say(button="s", down=True)
        pendant.until(feel="stored")
        pendant.until(feel="not-sent")
    assert f"as {PENDANT}" not in site.real.log
