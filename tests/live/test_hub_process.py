"""The hub as a process: what it acknowledged it has, whatever kills it or is not there."""

import json
import random
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from hub.doctoring import machine
from protocol.messages import SosPressed, open_press
from tests.hub.notify.office import Post
from tests.live.hub_process import Pendant, Site
from tests.live.real_broker import wait_until

pytestmark = pytest.mark.live


@pytest.fixture
def post() -> Iterator[Post]:
    found = Post()
    yield found
    found.close()


@pytest.fixture
def site(tmp_path: Path, post: Post) -> Iterator[Site]:
    found = Site(tmp_path / "site", post)
    yield found
    found.close()


@pytest.fixture
def running(site: Site) -> Site:
    site.start_broker()
    site.start_hub()
    return site


@pytest.fixture
def pendant(running: Site) -> Iterator[Pendant]:
    found = running.add_pendant("p-aa")
    yield found
    found.close()


def seen(site: Site) -> list[str]:
    """Every identity that the hub has committed, with repetitions if there were any."""
    with closing(sqlite3.connect(site.folder / "hub" / "hub.sqlite")) as conn:
        return [f"{boot}.{seq}" for boot, seq in conn.execute("SELECT boot, seq FROM seen")]


def test_an_event_is_committed_then_receipted(running: Site, pendant: Pendant) -> None:
    identity, token = pendant.press()
    pendant.say("event", token)
    wait_until(lambda: pendant.receipts() == {identity}, what="a receipt")
    assert seen(running) == [identity]
    assert running.stop_hub() == 0


def test_an_sos_pages_and_a_beat_is_answered(running: Site, pendant: Pendant, post: Post) -> None:
    identity, token = pendant.press(SosPressed)
    pendant.say("sos", token)
    wait_until(lambda: identity in pendant.receipts(), what="a receipt")
    wait_until(lambda: bool(post.letters), what="a page")
    assert post.letters[0]["simulation"] is True
    pendant.beat(open_press(identity, SosPressed.TYPE))
    wait_until(lambda: any(each.TYPE == "standing" for each in pendant.told), what="a standing")


def has_receipts(pendant: Pendant, count: int) -> bool:
    return len(pendant.receipts()) > count


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_lost_when_the_hub_is_killed_in_a_burst(
    running: Site, pendant: Pendant, seed: int
) -> None:
    chance = random.Random(seed)
    wait_until(pendant.client.is_connected)
    pressed: dict[str, bytes] = {}
    kills = sorted(chance.sample(range(20, 380), 2))
    for number in range(400):
        identity, token = pendant.press()
        pressed[identity] = token
        pendant.say("event", token)
        if number in kills:
            wait_until(partial(has_receipts, pendant, number // 2), what="some receipts")
            running.kill_hub()
            # What it had receipted before it died is on the disk, whatever else is not.
            assert pendant.receipts() <= set(seen(running))
            running.start_hub()
    wait_until(lambda: set(seen(running)) == set(pressed), 30, "every event on the disk")
    # A receipt may have died with the hub: the pendant says the same bytes again until it has one.
    for identity in set(pressed) - pendant.receipts():
        pendant.say("event", pressed[identity])
    wait_until(lambda: pendant.receipts() == set(pressed), 30, "a receipt for each")
    assert sorted(seen(running)) == sorted(pressed), "lost or doubled"
    assert running.stop_hub() == 0
    running.cli("log", "verify")
    running.cli("log", "replay")


def test_what_came_while_the_hub_was_down_is_taken_at_its_start(
    running: Site, pendant: Pendant, post: Post
) -> None:
    wait_until(pendant.client.is_connected)
    running.kill_hub()
    identity, token = pendant.press(SosPressed)
    pendant.say("sos", token).wait_for_publish(10)
    running.start_hub()
    wait_until(lambda: identity in pendant.receipts(), what="a receipt")
    wait_until(lambda: bool(post.letters), what="a page")


def test_a_broker_that_is_down_is_on_the_board_and_found_again(site: Site) -> None:
    site.start_hub()
    with site.reader() as reader:
        wait_until(lambda: reader.health().links[0].events == "down", what="the link told down")
        site.start_broker()
        wait_until(lambda: reader.health().broker_up, 20, "the link told up")
        site.kill_broker()
        wait_until(lambda: reader.health().links[0].events == "down", what="down again")
        site.start_broker()
        wait_until(lambda: reader.health().broker_up, 20, "the link told up again")


def test_poison_is_kept_raw_acknowledged_and_stops_nobody(running: Site, pendant: Pendant) -> None:
    poison = [b"", b"\xff\x00", b"a.b.c", b"{" * 3_000]
    for token in poison:
        pendant.say("event", token)
    identity, token = pendant.press()
    pendant.say("event", token)
    wait_until(lambda: identity in pendant.receipts(), what="a receipt after the poison")
    with running.reader() as reader:
        letters = reader.dead_letters()
        assert [letter.raw for letter in reversed(letters)] == [each[:1_500] for each in poison]
        assert {letter.topic for letter in letters} == {"allswell/p-aa/up/event"}
        assert running.stop_hub() == 0
        running.start_hub()
        identity, token = pendant.press()
        pendant.say("event", token)
        wait_until(lambda: identity in pendant.receipts(), what="a receipt after the restart")
        assert len(reader.dead_letters()) == len(poison), "poison came again: not acknowledged"


def test_an_sos_that_cannot_be_verified_pages_somebody(
    running: Site, pendant: Pendant, post: Post
) -> None:
    wait_until(pendant.client.is_connected)
    pendant.say("sos", b"no token of ours")
    wait_until(lambda: bool(post.letters), what="a page")
    assert "could not be verified" in str(post.letters[0]["title"])
    with running.reader() as reader:
        assert [alarm.kind for alarm in reader.open_alarms()] == ["unverified_sos"]


def test_a_second_hub_on_the_folder_is_refused(running: Site) -> None:
    done = running.cli("serve", "--port", "0", ok=False)
    assert done.returncode == 2
    assert re.search(r"another hub \(process \d+\) already runs on", done.stderr)


def test_a_port_that_is_taken_is_told(running: Site, tmp_path: Path) -> None:
    done = running.cli(
        "serve", "--data", str(tmp_path / "other"), "--port", str(running.web_port), ok=False
    )
    assert done.returncode == 2
    assert f"cannot be served at 127.0.0.1 port {running.web_port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_pendant_added_and_revoked_beside_the_running_hub(running: Site) -> None:
    pendant = running.add_pendant("p-new")
    identity, token = pendant.press()
    wait_until(pendant.client.is_connected, what="the broker to know the new user")
    pendant.say("event", token)
    wait_until(lambda: identity in pendant.receipts(), what="a receipt")
    running.cli("pendant", "revoke", "p-new")
    acl = (running.folder / "broker.acl").read_text(encoding="utf-8")
    assert "topic deny allswell/p-new/up/event" in acl
    with running.reader() as reader:
        assert {each.id: each.state for each in reader.pendants()}["p-new"] == "revoked"
    pendant.close()


@pytest.mark.parametrize("tls", [True, False])
def test_doctor_finds_what_is_wrong_and_says_all_is_well(
    tmp_path: Path, post: Post, tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "kernel_says", lambda: True)  # whatever keeps this machine's clock
    site = Site(tmp_path / "site", post, tls=tls)
    try:
        site.start_broker()
        site.start_hub()
        site.add_pendant("p-aa").close()
        with site.reader() as reader:
            wait_until(lambda: reader.health().broker_up)
        assert site.cli("doctor").stdout == "all's well\n"
        assert site.cli("doctor", "--json").stdout == "[]\n"
        site.kill_broker()
        done = site.cli("doctor", ok=False)
        assert done.returncode == 1
        assert "broker: nothing answers at 127.0.0.1" in done.stdout
        found = json.loads(site.cli("doctor", "--json", ok=False).stdout)
        assert {"about", "said", "mend", "grave"} == {*found[0]}
    finally:
        site.close()


def test_a_stop_is_quick_and_clean(running: Site) -> None:
    assert running.hub is not None
    running.hub.send_signal(signal.SIGTERM)
    try:
        assert running.hub.wait(10) == 0
    except subprocess.TimeoutExpired:
        pytest.fail(f"the hub did not stop: {running.log}")
    assert "Traceback" not in running.log


def test_a_backup_of_the_running_hub_can_be_restored(running: Site, pendant: Pendant) -> None:
    identity, token = pendant.press()
    pendant.say("event", token)
    wait_until(lambda: identity in pendant.receipts())
    copy = running.folder / "copy.sqlite"
    assert "the chain holds" in running.cli("backup", str(copy)).stdout
    later, token = pendant.press()
    pendant.say("event", token)
    wait_until(lambda: later in pendant.receipts())
    refused = running.cli("restore", str(copy), "--yes", ok=False)
    assert refused.returncode == 2, "a restore under a running hub"
    assert running.stop_hub() == 0
    assert running.cli("restore", str(copy), ok=False).returncode == 1
    running.cli("restore", str(copy), "--yes")
    assert seen(running) == [identity]
    running.start_hub()
    pendant.say("event", token)
    wait_until(lambda: sorted(seen(running)) == sorted([identity, later]))
    told = "the database was put back from a copy"
    # What the broker had kept is taken first, so the event may be there before the note.
    wait_until(lambda: told in running.cli("log", "show").stdout, what="the restore on the record")
    assert running.cli("log", "show").stdout.count(told) == 1
