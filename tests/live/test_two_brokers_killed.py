"""The hub and both its brokers killed in a burst, over mutual TLS: no press lost, none doubled."""

import random
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hub.devices import broker
from protocol.messages import SosPressed
from tests.conftest import need
from tests.hub.notify.office import Post
from tests.live.hub_process import Pendant, Site
from tests.live.real_broker import free_port, wait_until
from tests.live.test_hub_process import seen

pytestmark = pytest.mark.live
PRESSES = 90  # an alarm holds the newest hundred
TURNS, TURN_S = 20, 3.0  # how often, and after how long without a receipt, a press is said again


class Pair:
    """A site as `init` and `second-broker` make it; `there` is the second's process."""

    def __init__(self, folder: Path, post: Post) -> None:
        self.site = Site(folder / "site", post, tls=True)
        self.second = folder / "second"
        self.port = free_port()
        words = ("--address", "127.0.0.1", "--port", str(self.port))
        self.site.cli("second-broker", str(self.second), *words)
        settings = self.site.folder / "allswell.toml"
        text = settings.read_text(encoding="utf-8")
        lines = f'second_host = "127.0.0.1"\nsecond_port = {self.port}\n# second_host'
        settings.write_text(text.replace("# second_host", lines), encoding="utf-8")
        self.there: subprocess.Popen[bytes] | None = None

    def start_second(self) -> None:
        with (self.second / "broker.log").open("ab") as log:
            argv = [need("mosquitto"), "-c", str(self.second / broker.CONF)]
            self.there = subprocess.Popen(argv, stderr=log, stdout=log)

    def kill_second(self) -> None:
        assert self.there is not None
        self.there.kill()
        self.there.wait()

    def close(self) -> None:
        self.site.close()
        if self.there is not None:
            self.kill_second()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    post = Post()
    found = Pair(tmp_path, post)
    found.start_second()
    found.site.start_broker()
    found.site.start_hub()
    yield found
    found.close()
    post.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_killed_every_press_is_there_once(pair: Pair, seed: int) -> None:
    chance = random.Random(seed)
    site = pair.site
    here = site.add_pendant("p-aa")
    there = Pendant(here.settings | {"broker_port": str(pair.port)}, tls=here.tls)
    pressed: dict[str, bytes] = {}
    kills = dict(zip(sorted(chance.sample(range(10, PRESSES), 4)), _victims(chance), strict=True))
    try:
        for number in range(PRESSES):
            identity, token = here.press(SosPressed)
            pressed[identity] = token
            chance.choice((here, there)).say("sos", token)
            if number in kills:
                known = here.receipts() | there.receipts()
                _kill(pair, kills[number])
                assert known <= set(seen(site)), "receipted, and not on the disk"
                _start(pair, kills[number])
        _say_until_receipted(here, there, pressed)
        assert sorted(seen(site)) == sorted(pressed), "lost or doubled"
        with site.reader() as reader:
            [alarm] = [each for each in reader.open_alarms() if each.kind == "sos"]
            assert sorted(each.identity for each in alarm.presses) == sorted(pressed)
    finally:
        here.close()
        there.close()
    assert site.stop_hub() == 0
    site.cli("log", "verify")
    site.cli("log", "replay")


def _victims(chance: random.Random) -> list[str]:
    found = ["hub", "first", "second", chance.choice(("hub", "first", "second"))]
    chance.shuffle(found)
    return found


def _kill(pair: Pair, victim: str) -> None:
    kill = {"hub": pair.site.kill_hub, "first": pair.site.kill_broker, "second": pair.kill_second}
    kill[victim]()


def _start(pair: Pair, victim: str) -> None:
    start = {
        "hub": pair.site.start_hub,
        "first": pair.site.start_broker,
        "second": pair.start_second,
    }
    start[victim]()


def _missing(here: Pendant, there: Pendant, pressed: dict[str, bytes]) -> set[str]:
    return set(pressed) - here.receipts() - there.receipts()


def _say_until_receipted(here: Pendant, there: Pendant, pressed: dict[str, bytes]) -> None:
    """As a pendant does: the same bytes, over whichever broker it has, until the hub's receipt."""
    for turn in range(TURNS):
        up = [each for each in (here, there) if each.client.is_connected()]
        for identity in sorted(_missing(here, there, pressed)) if up else ():
            up[turn % len(up)].say("sos", pressed[identity])
        with suppress(AssertionError):  # not all of them yet: said again
            wait_until(lambda: not _missing(here, there, pressed), TURN_S)
            return
    raise AssertionError(f"no receipt for {sorted(_missing(here, there, pressed))}")
