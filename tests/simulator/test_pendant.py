"""A simulated pendant is the real firmware: it is pressed, cut off, and started again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.live.broker import Broker
from simulator.live.child import ChildFailed
from simulator.live.feed import Feed, Happening
from simulator.live.pendant import GESTURES, Pendant, new_secret
from tests.conftest import need

Await = Callable[..., Happening]


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def pendant(tmp_path: Path, feed: Feed) -> Iterator[Pendant]:
    need("micropython")
    need("mosquitto")
    broker = Broker(tmp_path / "broker", ["p07"], feed)
    broker.start()
    settings = {
        "pendant": "p07", "key_id": "p07", "secret": new_secret().hex(),
        "broker_host": "127.0.0.1", "broker_port": broker.port, "username": "p07",
        "password": broker.passwords["p07"], "beat_s": 1, "offduty_beat_s": 1,
    }  # fmt: skip
    made = Pendant("p07", tmp_path / "p07", settings, feed)
    yield made
    made.close()
    broker.stop()


def awaited(feed: Feed, source: str, what: str, start: int = 0) -> Happening:
    limit_s = feed.now_s() + 15
    found = feed.await_one(
        lambda item: item.source == source and item.what == what,
        lambda: feed.now_s() < limit_s,
        start,
    )
    assert found is not None, f"no {source} {what} in {[item.line() for item in feed.all()]}"
    return found


@pytest.mark.live
@pytest.mark.micropython
def test_an_sos_is_stored_and_survives_a_cut(pendant: Pendant, feed: Feed) -> None:
    pendant.start()
    awaited(feed, "link", "up")
    pendant.press("sos-stabs")
    stored = awaited(feed, "feel", "stored")
    written = [i for i in feed.all() if i.source == "flash" and i.what == "written"]
    assert any(item.at_s <= stored.at_s and item.text.startswith("e-") for item in written)
    pendant.cut()
    with pytest.raises(ChildFailed, match="not running"):
        pendant.press("a-short")
    at = len(feed)
    pendant.start()
    awaited(feed, "boot", "power-on", at)
    awaited(feed, "feel", "stored", at)


@pytest.mark.live
@pytest.mark.micropython
def test_nothing_is_stored_while_the_flash_is_held(pendant: Pendant, feed: Feed) -> None:
    pendant.start()
    awaited(feed, "link", "up")
    pendant.tell({"hold_flash": True})
    pendant.press("sos-hold")
    awaited(feed, "flash", "held")
    assert not [i for i in feed.all() if i.source == "feel" and i.what == "stored"]
    at = len(feed)
    pendant.tell({"hold_flash": False})
    awaited(feed, "feel", "stored", at)


@pytest.mark.live
@pytest.mark.micropython
@pytest.mark.parametrize(
    ("gesture", "felt"),
    [("a-double", "read-double"), ("d-short", "read-short"), ("a-hold", "read-hold"),
     ("d-hold", "read-hold"), ("d-double", "read-double")],
)  # fmt: skip
def test_a_hand_makes_the_gesture_it_is_named_for(
    pendant: Pendant, feed: Feed, gesture: str, felt: str
) -> None:
    pendant.start()
    awaited(feed, "feel", "started")
    pendant.press(gesture)
    awaited(feed, "feel", "tick")
    awaited(feed, "feel", felt)


def test_every_gesture_ends_with_all_buttons_up() -> None:
    for name, hand in GESTURES.items():
        assert [at for at, _, _ in hand] == sorted(at for at, _, _ in hand), name
        last = {button: down for _, button, down in hand}
        assert not any(last.values()), name
