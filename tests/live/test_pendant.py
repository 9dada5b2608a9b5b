"""The real firmware, on MicroPython in the chip's heap and on CPython, over a real mosquitto.

Killed, cut, reset and frozen: an SOS is on flash before it says "stored", goes out when a link is
there, and is sent until the signed receipt.
"""

import queue
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from firmware.boards import unix
from hub.devices import broker
from protocol import codec, topics
from protocol.messages import Booted, Receipt, SosPressed, UpMessage
from tests.live.driven_pendant import LIMIT_S, SECRET, DrivenPendant, driven
from tests.live.real_broker import PASSWORDS, RealBroker, free_port, running, wait_until

PENDANT = "p-aa"
UP_KEY = codec.up_key(bytes.fromhex(SECRET))
DOWN_KEY = codec.down_key(bytes.fromhex(SECRET))

pytestmark = [pytest.mark.live, pytest.mark.micropython]
both = pytest.mark.parametrize("interpreter", ["micropython", "cpython"])


class Hub:
    """Hears what is signed, and says a signed receipt when the test wants it."""

    def __init__(self, real: RealBroker) -> None:
        self.heard: queue.Queue[tuple[UpMessage, bytes]] = queue.Queue()
        self.subscribed = False
        user = broker.EVENTS_USER
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id=user, clean_session=False)
        self.client.username_pw_set(user, PASSWORDS[user])
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = lambda client, *_: client.subscribe(
            [(each, 1) for each in topics.EVENT_FILTERS]
        )
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", real.port)
        self.client.loop_start()
        wait_until(lambda: self.subscribed, what="the hub's subscription")

    def _on_subscribe(self, *_: object) -> None:
        self.subscribed = True

    def _on_message(self, _client: object, _user: object, message: paho.MQTTMessage) -> None:
        token = bytes(message.payload)
        said = codec.unseal(token, PENDANT, UP_KEY, up=True)
        assert isinstance(said, UpMessage)
        self.heard.put((said, token))

    def sos(self) -> tuple[SosPressed, bytes]:
        """The next SOS, whatever else comes first."""
        while True:
            said, token = self.heard.get(timeout=LIMIT_S)
            if isinstance(said, SosPressed):
                return said, token

    def booted(self) -> Booted:
        while True:
            said, _token = self.heard.get(timeout=LIMIT_S)
            if isinstance(said, Booted):
                return said

    def receipt(self, said: UpMessage, token: bytes) -> None:
        receipt = Receipt(
            pendant=PENDANT,
            boot=said.boot,
            seq=said.seq,
            sha=codec.sha(token),
            hub_ms=1_800_000_000_000,
        )
        self.client.publish(topics.down(PENDANT), codec.seal(receipt, PENDANT, DOWN_KEY), 1)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def all_three(folder: Path, interpreter: str) -> Iterator[tuple[RealBroker, Hub, DrivenPendant]]:
    with running(folder / "broker") as real:
        hub = Hub(real)
        try:
            with driven(folder / "flash", interpreter, real.port) as pendant:
                pendant.start()
                yield real, hub, pendant
        finally:
            hub.close()


def events_on_flash(pendant: DrivenPendant) -> list[str]:
    return sorted(path.name for path in pendant.flash.glob("e-*.rec"))


@both
def test_sos_is_written_then_felt_then_sent_until_the_receipt(
    tmp_path: Path, interpreter: str
) -> None:
    with all_three(tmp_path, interpreter) as (_real, hub, pendant):
        pendant.until(link=True)
        pendant.say(button="s", down=True)
        written = pendant.until(flash="written")
        assert str(written["name"]).startswith("e-")
        assert not pendant.said(feel="stored"), "never said before it is true"
        pendant.until(feel="stored")
        pendant.say(button="s", down=False)
        said, token = hub.sos()
        again, same = hub.sos()  # no receipt: it comes again, byte for byte
        assert (again.identity(), same) == (said.identity(), token)
        assert not pendant.said(feel="hub-has-it"), "a PUBACK is no receipt"
        hub.receipt(said, token)
        pendant.until(feel="hub-has-it")
        pendant.until(flash="erased", name=written["name"])


@both
def test_killed_before_it_was_stored_it_never_said_stored(tmp_path: Path, interpreter: str) -> None:
    with all_three(tmp_path, interpreter) as (_real, hub, pendant):
        pendant.say(hold_link=True)
        pendant.say(hold_flash=True)
        pendant.say(button="s", down=True)
        pendant.until(flash="held")
        pendant.kill()
        assert not pendant.said(feel="stored")
        assert events_on_flash(pendant) == []
        pendant.start()
        hub.booted()
        pendant.say(button="s", down=True)  # she presses again: the pendant never claimed it
        pendant.until(feel="stored")
        hub.sos()


@both
def test_killed_after_stored_and_before_sent_it_is_sent_by_the_next_boot(
    tmp_path: Path, interpreter: str
) -> None:
    with all_three(tmp_path, interpreter) as (_real, hub, pendant):
        pendant.until(link=True)
        pendant.say(hold_link=True)
        pendant.until(link=False)
        pendant.say(button="s", down=True)
        pendant.until(feel="stored")
        pendant.kill()
        (name,) = events_on_flash(pendant)
        pendant.start()
        said, token = hub.sos()
        assert name == f"e-{said.boot}-{said.seq}.rec", "the one pressed then"
        hub.receipt(said, token)
        pendant.until(feel="hub-has-it")


def test_broker_killed_before_the_press_and_started_after(tmp_path: Path) -> None:
    with all_three(tmp_path, "micropython") as (real, hub, pendant):
        pendant.until(link=True)
        real.kill()
        pendant.until(link=False)
        pendant.say(button="s", down=True)
        pendant.until(feel="stored")
        real.start()
        said, token = hub.sos()
        hub.receipt(said, token)
        pendant.until(feel="hub-has-it")


def test_frozen_broker_is_noticed_and_the_sos_gets_through_afterwards(tmp_path: Path) -> None:
    with all_three(tmp_path, "micropython") as (real, hub, pendant):
        pendant.until(link=True)
        real.signal(signal.SIGSTOP)
        pendant.say(button="s", down=True)
        pendant.until(feel="stored")
        pendant.until(link=False)
        real.signal(signal.SIGCONT)
        pendant.until(link=True)
        said, token = hub.sos()
        hub.receipt(said, token)
        pendant.until(feel="hub-has-it")


def test_revoked_pendant_has_its_sos_heard(tmp_path: Path) -> None:
    """P4, with the ACL as we ship it."""
    with running(tmp_path / "broker") as real:
        watcher = Hub(real)
        watcher.client.on_message = lambda _c, _u, message: heard.put(message.topic)
        heard: queue.Queue[str] = queue.Queue()
        try:
            with driven(tmp_path / "flash", "micropython", real.port, "p-revoked") as pendant:
                pendant.start()
                pendant.say(button="s", down=True)
                pendant.until(feel="stored")
                assert heard.get(timeout=LIMIT_S) == topics.up("p-revoked", "sos")
        finally:
            watcher.close()


@both
def test_fault_of_ours_ends_in_a_reset_with_its_cause(tmp_path: Path, interpreter: str) -> None:
    with all_three(tmp_path, interpreter) as (_real, hub, pendant):
        assert hub.booted().cause == "power-on"
        pendant.say(battery="there is no such number")
        assert pendant.ended() == unix.RESET_STATUS
        pendant.start()
        cause = hub.booted().cause
        assert cause.startswith("ValueError(")
        pendant.until(boot=cause)
        pendant.kill()
        pendant.start()
        assert hub.booted().cause == "power-on", "told once"


@both
def test_cut_of_power_ends_it_at_once(tmp_path: Path, interpreter: str) -> None:
    with driven(tmp_path / "flash", interpreter, free_port()) as pendant:
        pendant.start()
        pendant.until(boot="power-on")
        pendant.say(power="cut")
        assert pendant.ended() == unix.CUT_STATUS


@both
def test_no_pendant_outlives_its_simulator(tmp_path: Path, interpreter: str) -> None:
    with driven(tmp_path / "flash", interpreter, free_port()) as pendant:
        pendant.start()
        pendant.until(boot="power-on")
        pendant.hang_up()
        assert pendant.ended() == unix.GONE_STATUS


def test_low_battery_is_felt(tmp_path: Path) -> None:
    with driven(tmp_path / "flash", "micropython", free_port()) as pendant:
        pendant.start()
        pendant.say(battery=3)
        pendant.until(feel="battery-low")
