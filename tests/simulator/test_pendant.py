"""A simulated pendant is the real firmware: it is pressed, cut off, and started again."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.devices.image_files import compiled
from simulator.live import firmware
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
def broker(tmp_path: Path, feed: Feed) -> Iterator[Broker]:
    need("micropython")
    need("mosquitto")
    made = Broker(tmp_path / "broker", ["p07"], feed)
    made.start()
    yield made
    made.stop()


def pendant_of(folder: Path, broker: Broker, feed: Feed, **more: object) -> Pendant:
    settings = {
        "pendant": "p07", "key_id": "p07", "secret": new_secret().hex(),
        "broker_host": "127.0.0.1", "broker_port": broker.port, "username": "p07",
        "password": broker.passwords["p07"], "beat_s": 1, "offduty_beat_s": 1, **more,
    }  # fmt: skip
    return Pendant("p07", folder / "p07", settings, feed)


@pytest.fixture
def pendant(tmp_path: Path, broker: Broker, feed: Feed) -> Iterator[Pendant]:
    made = pendant_of(tmp_path, broker, feed)
    yield made
    made.close()


@pytest.fixture
def sleeper(
    tmp_path: Path, broker: Broker, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pendant]:
    """Sleeps off duty. No hub answers here, and it gives one a minute and a half; the copy of the
    firmware that it runs gives it a second."""
    hasty = hasty_firmware(tmp_path)
    monkeypatch.setattr(firmware, "compiled_firmware", lambda: hasty)
    made = pendant_of(tmp_path, broker, feed, sleep=True)
    yield made
    made.close()


def hasty_firmware(folder: Path) -> Path:
    """The firmware with another number in rest.py, and nothing else."""
    made = folder / "hasty"
    shutil.copytree(firmware.compiled_firmware(), made)
    source = folder / "rest.py"
    text = (firmware.ROOT / "firmware/pendant/rest.py").read_text()
    hasty = text.replace("NO_ANSWER_MS = 90_000", "NO_ANSWER_MS = 1000")
    assert hasty != text
    source.write_text(hasty)
    (made / "firmware/pendant/rest.mpy").write_bytes(compiled("firmware/pendant/rest.py", source))
    (made / "start.py").write_text(firmware.START.format(folder=str(made)))
    return made


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


@pytest.mark.live
@pytest.mark.micropython
def test_a_press_wakes_a_sleeper_and_is_that_press(sleeper: Pendant, feed: Feed) -> None:
    sleeper.start()
    awaited(feed, "process", "asleep")
    assert sleeper.asleep
    at = len(feed)
    sleeper.press("sos-hold")
    woken = awaited(feed, "process", "woken", at)
    assert woken.text == "s"
    awaited(feed, "boot", "deep-sleep", at)
    awaited(feed, "feel", "stored", at)
    assert not sleeper.asleep


@pytest.mark.live
@pytest.mark.micropython
def test_its_time_wakes_it_too_and_a_cut_ends_the_sleep(sleeper: Pendant, feed: Feed) -> None:
    sleeper.start()
    awaited(feed, "process", "asleep")
    at = len(feed)
    sleeper.oversleep()
    assert awaited(feed, "process", "woken", at).text == "its time"
    awaited(feed, "boot", "deep-sleep", at)
    awaited(feed, "process", "asleep", at)
    at = len(feed)
    sleeper.cut()
    assert not sleeper.asleep
    with pytest.raises(ChildFailed, match="not running"):
        sleeper.press("a-short")
    sleeper.start()
    awaited(feed, "boot", "power-on", at)


@pytest.mark.live
@pytest.mark.micropython
def test_what_the_world_did_while_it_slept_holds_from_its_start(
    sleeper: Pendant, feed: Feed
) -> None:
    sleeper.start()
    awaited(feed, "process", "asleep")
    at = len(feed)
    sleeper.tell({"hold_flash": True})
    sleeper.tell({"battery": 9})
    sleeper.tell({"button": "s", "down": False})
    assert sleeper.asleep, "nothing of that is a press"
    sleeper.press("sos-hold")
    awaited(feed, "feel", "battery-low", at)
    awaited(feed, "flash", "held", at)
