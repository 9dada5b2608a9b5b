"""What `allswell init` makes, as it is: its mosquitto, its hub, its first link, its pendants.

Rule: nothing is told to a part that an administrator would not tell it.
"""

import json
import re
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from hub.clock import utc_ms
from hub.devices import broker, certificates
from protocol.messages import SosPressed
from protocol.topics import UP_LANES
from tests.conftest import need
from tests.hub.notify.office import Post
from tests.live.caller import CLOSED, TURNED_AWAY, Caller, knock, shown
from tests.live.hub_process import Pendant, Site
from tests.live.real_broker import RealBroker, free_port, wait_until

pytestmark = pytest.mark.live
CHOSEN = "three herons in Topsham"


@pytest.fixture
def post() -> Iterator[Post]:
    found = Post()
    yield found
    found.close()


@pytest.fixture
def site(tmp_path: Path, post: Post) -> Iterator[Site]:
    found = Site(tmp_path / "site", post, tls=True)
    yield found
    found.close()


@pytest.fixture
def running(site: Site) -> Site:
    site.start_broker()
    site.start_hub()
    return site


def first_link(site: Site) -> str:
    found = re.search(r"http://\S+/welcome/\S+", site.made.stdout)
    assert found is not None
    return found[0]


def first_password(link: str) -> httpx.Response:
    with httpx.Client(timeout=20, trust_env=False) as browser:
        assert browser.get(link).status_code == 200
        return browser.post(link, data={"password": CHOSEN, "again": CHOSEN})


def may_log_in(site: Site, password: str) -> bool:
    url = f"http://127.0.0.1:{site.web_port}/api/v1/login"
    said = {"name": "admin", "password": password}
    return httpx.post(url, json=said, timeout=20, trust_env=False).status_code == 200


def test_from_init_to_a_paged_sos_over_mutual_tls_and_nothing_secret_in_any_log(
    running: Site, post: Post
) -> None:
    pendant = running.add_pendant("p-aa")
    identity, token = pendant.press(SosPressed)
    pendant.say("sos", token)
    wait_until(lambda: identity in pendant.receipts(), what="a receipt")
    wait_until(lambda: bool(post.letters), what="a page")
    pendant.close()
    link = first_link(running)
    assert first_password(link).status_code == 303
    assert running.stop_hub() == 0
    said = running.log + (running.folder / "broker.log").read_text(encoding="utf-8")
    told = json.loads((running.folder / "p-aa" / "settings.json").read_text(encoding="utf-8"))
    keys = [path.read_text("ascii").splitlines()[1] for path in running.folder.rglob("*.key.pem")]
    assert len(keys) >= 5
    for secret in (CHOSEN, link.rpartition("/")[2], "/welcome", told["secret"], *keys):
        assert secret not in said


def test_the_first_administrator_comes_in_by_her_link_once_and_by_nothing_else(
    running: Site,
) -> None:
    for guess in ("", "admin", "password", "allswell"):
        assert not may_log_in(running, guess)
    link = first_link(running)
    assert first_password(link).status_code == 303
    with httpx.Client(timeout=20, trust_env=False) as late:
        assert late.get(link).status_code == 410
    assert may_log_in(running, CHOSEN)
    running.kill_hub()
    running.start_hub()
    assert may_log_in(running, CHOSEN), "what she chose outlives a start"
    with httpx.Client(timeout=20, trust_env=False) as late:
        assert late.get(link).status_code == 410


def test_the_broker_that_init_made_lets_in_its_own_and_nobody_else(
    running: Site, tmp_path: Path
) -> None:
    keys, port, now_ms = running.folder / "keys", running.broker_port, utc_ms()
    ca = certificates.read(keys, certificates.CA)
    ours = {name: certificates.issue_client(ca, name, now_ms) for name in ("p-1", "p-2")}
    other = certificates.make_ca("Our organisation", now_ms)
    stranger = certificates.issue_client(other, "p-1", now_ms)
    assert knock(port, shown(tmp_path / "a", ca, None), "p-1") == TURNED_AWAY
    assert knock(port, shown(tmp_path / "b", ca, stranger), "p-1") == TURNED_AWAY
    assert knock(port, None, "p-1", broker.EVENTS_USER, "events-password") == CLOSED
    assert knock(port, shown(tmp_path / "c", ca, ours["p-1"]), "p-1") == "connack 0"
    at = _as_real(running)
    thief = Caller(at, "p-2", tls=shown(tmp_path / "c", ca, ours["p-1"]))
    for lane in UP_LANES:
        assert thief.publish(f"allswell/p-2/up/{lane}") == 135, lane
        assert thief.publish(f"allswell/p-1/up/{lane}") in (0, 16), lane
    for topic in ("allswell/p-1/down", "allswell/hub/events", "allswell/hub/beats", "x"):
        assert thief.publish(topic) == 135, topic
    thief.close()
    assert running.stop_hub() == 0, "and no knocking stops the hub"


def _as_real(site: Site) -> RealBroker:
    """For a caller, who asks a broker for nothing but its port."""
    found = RealBroker.__new__(RealBroker)
    found.port = site.broker_port
    return found


def test_the_broker_s_renewed_certificate_is_in_use_at_once_and_nobody_is_cut_off(
    running: Site,
) -> None:
    pendant = running.add_pendant("p-aa")
    identity, token = pendant.press()
    pendant.say("event", token)
    wait_until(lambda: identity in pendant.receipts(), what="a receipt")
    before = _serial(running)
    done = running.cli("keys", "renew", "broker")
    assert "not running" not in done.stderr
    wait_until(lambda: _serial(running) != before, what="the renewed certificate")
    identity, token = pendant.press()
    pendant.say("event", token)
    wait_until(lambda: identity in pendant.receipts(), what="a receipt on the old connection")
    pendant.close()
    running.kill_hub()
    running.cli("keys", "renew", "--all")
    running.start_hub()
    again = running.add_pendant("p-bb")
    identity, token = again.press()
    again.say("event", token)
    wait_until(lambda: identity in again.receipts(), what="a receipt under the renewed authority")
    again.close()


def _serial(site: Site) -> str:
    context = shown(
        site.folder / "look",
        certificates.read(site.folder / "keys", certificates.CA),
        certificates.read(site.folder / "keys", certificates.CANARY),
    )
    with (
        socket.create_connection(("127.0.0.1", site.broker_port), 10) as plain,
        context.wrap_socket(plain, server_hostname=certificates.BROKER_NAME) as call,
    ):
        found = call.getpeercert()
    assert found is not None
    return str(found["serialNumber"])


def test_a_pendant_that_has_never_heard_of_the_renewal_still_trusts_the_broker(
    running: Site,
) -> None:
    """It holds the authority's certificate of the day when it was made."""
    pendant = running.add_pendant("p-aa")
    pendant.close()
    running.cli("keys", "renew", "--all")
    running.kill_broker()
    running.start_broker()
    again = Pendant(pendant.settings, tls=pendant.tls)
    identity, token = again.press(SosPressed)
    again.say("sos", token)
    wait_until(lambda: identity in again.receipts(), 30, what="a receipt")
    again.close()


def test_the_second_broker_s_folder_runs_and_the_hub_hears_it_too(
    site: Site, tmp_path: Path
) -> None:
    port, second = free_port(), tmp_path / "second"
    said = site.cli("second-broker", str(second), "--address", "127.0.0.1", "--port", str(port))
    lines = [
        line.strip() for line in said.stdout.splitlines() if line.strip().startswith("second_")
    ]
    settings = site.folder / "allswell.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("# second_host", "\n".join(lines) + "\n# second_host"), "utf-8"
    )
    with (tmp_path / "second.log").open("wb") as log:
        process = subprocess.Popen(
            [need("mosquitto"), "-c", str(second / broker.CONF)], stderr=log, stdout=log
        )
    try:
        site.start_broker()
        site.start_hub()
        pendant = site.add_pendant("p-aa")
        pendant.close()
        over = Pendant(pendant.settings | {"broker_port": str(port)}, tls=pendant.tls)
        identity, token = over.press(SosPressed)
        over.say("sos", token)
        wait_until(lambda: identity in over.receipts(), 30, what="a receipt over the second")
        over.close()
    finally:
        process.kill()
        process.wait()


def test_what_the_broker_took_for_an_absent_hub_outlives_both_being_killed(
    running: Site,
) -> None:
    """Over TLS the broker knows the hub's session by its certificate alone, also after a start. The
    newest message may not have reached its disk, whatever its settings (docs/operations.md): the
    one before it has."""
    pendant = running.add_pendant("p-aa")
    wait_until(pendant.client.is_connected, what="the pendant's link")
    running.kill_hub()
    identity, token = pendant.press(SosPressed)
    pendant.say("sos", token).wait_for_publish(30)
    pendant.say("event", pendant.press()[1]).wait_for_publish(30)
    wait_until(lambda: _kept(running), what="both messages in the broker's store")
    pendant.close()
    running.kill_broker()
    running.start_broker()
    running.start_hub()
    wait_until(lambda: _committed(running, identity), 30, what="the press in the hub's database")


def _kept(site: Site) -> bool:
    """Tokens are base 64: the topics show that what she said is in the store on the disk."""
    store = site.folder / broker.STORE / "mosquitto.db"
    lanes = (b"allswell/p-aa/up/sos", b"allswell/p-aa/up/event")
    return store.exists() and all(lane in store.read_bytes() for lane in lanes)


def _committed(site: Site, identity: str) -> bool:
    with closing(sqlite3.connect(site.folder / "hub" / "hub.sqlite")) as conn:
        return (1,) in conn.execute(
            "SELECT 1 FROM seen WHERE boot || '.' || seq = ?", (identity,)
        ).fetchall()


def test_the_units_are_what_systemd_can_run(site: Site) -> None:
    """Each says in its own words what was tested here: the same programs, the same files."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in site.folder.glob("*.service")}
    assert sorted(texts) == ["allswell-broker.service", "allswell-hub.service"]
    for name, text in texts.items():
        start = next(line for line in text.splitlines() if line.startswith("ExecStart="))
        program, *words = start.removeprefix("ExecStart=").split()
        assert Path(program).exists(), name
        assert all(Path(word).exists() for word in words if word.startswith("/")), name
        assert f"ReadWritePaths={site.folder}\n" in text
        assert "Restart=always" in text
        assert "StartLimitIntervalSec=0" in text


def test_a_reload_as_the_broker_s_unit_does_it_keeps_the_broker(running: Site) -> None:
    assert running.broker is not None
    running.broker.send_signal(signal.SIGHUP)
    pendant = running.add_pendant("p-aa")
    identity, token = pendant.press()
    pendant.say("event", token)
    wait_until(lambda: identity in pendant.receipts(), what="a receipt")
    pendant.close()
