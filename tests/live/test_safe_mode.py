"""Safe mode in the real process: whatever settings and records are, it starts, she is told, and an
SOS is stored and goes out with what there is."""

import json
import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from firmware.pendant.contact import CHATTER_MS
from hub.clock import utc_ms
from hub.devices import broker
from hub.devices.certificates import issue_client
from protocol import codec, topics
from protocol.errors import RemoteProtocolError
from protocol.messages import SosPressed
from tests.live.driven_pendant import LIMIT_S, SECRET, DrivenPendant, driven
from tests.live.real_broker import PASSWORDS, free_port, running, wait_until
from tests.live.secure_pendant import PENDANT, Site, secure, settings

UP_KEY = codec.up_key(bytes.fromhex(SECRET))
FELT_MS = 100
TRIES = 5

pytestmark = [pytest.mark.live, pytest.mark.micropython]
both = pytest.mark.parametrize("interpreter", ["micropython", "cpython"])


@contextmanager
def listening(port: int) -> Iterator["queue.Queue[bytes]"]:
    """Every SOS that the broker lets through, as it came."""
    heard: queue.Queue[bytes] = queue.Queue()
    subscribed: list[bool] = []
    user = broker.EVENTS_USER
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=user)
    client.username_pw_set(user, PASSWORDS[user])
    client.on_connect = lambda made, *_: made.subscribe(
        [(each, 1) for each in topics.EVENT_FILTERS]
    )
    client.on_subscribe = lambda *_: subscribed.append(True)
    client.on_message = lambda _client, _user, message: heard.put(bytes(message.payload))
    client.connect("127.0.0.1", port)
    client.loop_start()
    wait_until(lambda: bool(subscribed), what="the subscription")
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def sos(heard: "queue.Queue[bytes]") -> bytes:
    while True:
        token = heard.get(timeout=LIMIT_S)
        if isinstance(codec.peek(token, up=True), SosPressed):
            return token


def whole(pendant: DrivenPendant) -> dict[str, object]:
    values: dict[str, object] = json.loads((pendant.flash / "settings.json").read_text())
    return values


@both
def test_an_sos_goes_out_unverified_when_its_key_is_lost(tmp_path: Path, interpreter: str) -> None:
    with (
        running(tmp_path / "broker") as real,
        listening(real.port) as heard,
        driven(tmp_path / "flash", interpreter, real.port) as pendant,
    ):
        text = json.dumps(whole(pendant)).replace(SECRET, SECRET[:30])
        (pendant.flash / "settings.json").write_text(text[:-1])
        pendant.start()
        pendant.until(feel="damaged")
        pendant.until(link=True)
        pendant.say(button="s", down=True)
        pendant.until(feel="stored")
        token = sos(heard)
        with pytest.raises(RemoteProtocolError):
            codec.unseal(token, PENDANT, UP_KEY, up=True)
        assert codec.peek(token, up=True).pendant == PENDANT  # type: ignore[attr-defined]  # an UpMessage


@both
def test_a_damaged_name_is_the_certificates_so_that_the_broker_lets_the_sos_through(
    tmp_path: Path, interpreter: str
) -> None:
    """Over TLS a broker acknowledges what comes under another name, and throws it away."""
    site = Site(tmp_path / "site")
    site.real.start()
    hub = site.hub()
    told = {**settings(site.real.port), "key_id": "k-4tq9"}
    own = issue_client(site.ca, PENDANT, utc_ms())
    try:
        with secure(tmp_path, interpreter, told, site.ca, own) as pendant:
            text = (pendant.flash / "settings.json").read_text()
            (pendant.flash / "settings.json").write_text(text.replace('"p-aa"', '"p-', 1))
            pendant.start()
            pendant.until(link=True)
            pendant.say(button="s", down=True)
            pendant.until(feel="stored")
            wait_until(lambda: topics.up(PENDANT, "sos") in dict(hub.caller.heard), what="the SOS")
    finally:
        hub.close()
        site.real.kill()


@both
def test_the_spare_is_as_good(tmp_path: Path, interpreter: str) -> None:
    with (
        running(tmp_path / "broker") as real,
        listening(real.port) as heard,
        driven(tmp_path / "flash", interpreter, real.port) as pendant,
    ):
        settings = pendant.flash / "settings.json"
        settings.rename(pendant.flash / "settings.bak")
        settings.write_bytes(b"\xff\xfe")
        pendant.start()
        pendant.until(link=True)
        pendant.say(button="s", down=True)
        token = sos(heard)
        codec.unseal(token, PENDANT, UP_KEY, up=True)
        assert not pendant.said(feel="damaged")


@pytest.mark.parametrize(
    ("interpreter", "text"),
    [("micropython", b""), ("micropython", b"[" * 200), ("micropython", b"\xff" * 300),
     ("cpython", b'{"pendant": "P AA"}')],
)  # fmt: skip
def test_with_nothing_left_an_sos_is_stored_and_she_is_told(
    tmp_path: Path, interpreter: str, text: bytes
) -> None:
    with driven(tmp_path / "flash", interpreter, free_port()) as pendant:
        (pendant.flash / "settings.json").write_bytes(text)
        pendant.start()
        pendant.until(feel="damaged")
        pendant.say(button="s", down=True)
        pendant.until(feel="stored")
        pendant.say(button="s", down=False)
        pendant.until(feel="not-sent")
        assert "Traceback" not in pendant.errors()


@both
def test_a_damaged_record_is_told_and_costs_nothing(tmp_path: Path, interpreter: str) -> None:
    with driven(tmp_path / "flash", interpreter, free_port()) as pendant:
        (pendant.flash / "e-0123456789abcdef-7.rec").write_bytes(b"\x00" * 50)
        pendant.start()
        pendant.until(feel="damaged")
        pendant.say(button="a", down=True)
        time.sleep(0.1)  # a finger's own time
        pendant.say(button="a", down=False)
        pendant.until(feel="damaged")


def felt_after_ms(pendant: DrivenPendant, button: str) -> float:
    """From the edge to the motor, and the button up again."""
    began = time.monotonic()
    pendant.say(button=button, down=True)
    pendant.until(begun="tick")
    while not int(str(pendant.until_any("motor")["motor"])):
        pass
    took_ms = 1000 * (time.monotonic() - began)
    pendant.say(button=button, down=False)
    return took_ms


def nothing(_pendant: DrivenPendant) -> None:
    """As it is."""


def slow_flash(pendant: DrivenPendant) -> None:
    pendant.say(hold_flash=True)


@both
@pytest.mark.parametrize("state", [nothing, slow_flash])
def test_a_press_is_felt_within_a_tenth_of_a_second(
    tmp_path: Path, interpreter: str, state: Callable[[DrivenPendant], None]
) -> None:
    """The best of a few: this machine may stand still, the firmware may not."""
    assert CHATTER_MS < FELT_MS
    with driven(tmp_path / "flash", interpreter, free_port()) as pendant:
        pendant.start()
        pendant.until(feel="started")
        state(pendant)
        took = [felt_after_ms(pendant, "ds"[at % 2]) for at in range(TRIES)]
        assert min(took) <= FELT_MS, took


@both
def test_a_press_in_the_middle_of_a_pattern_is_felt_within_a_tenth_of_a_second(
    tmp_path: Path, interpreter: str
) -> None:
    with driven(tmp_path / "flash", interpreter, free_port()) as pendant:
        pendant.start()
        took = []
        for _ in range(TRIES):
            while pendant.until_any("begun")["begun"] == "tick":
                pass
            took.append(felt_after_ms(pendant, "d"))
        assert min(took) <= FELT_MS, took
