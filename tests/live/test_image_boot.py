"""From `allswell init` to an SOS at the broker, by way of the flash image: made by the commands,
mounted as the root by the real VfsLfs2, started by its own /main.py, over mutual TLS, cut, and
started again from what its flash holds.

What is not the chip's here: the interpreter is MicroPython's unix port, and the board's module for
it is put beside the chip's in the image.
"""

import queue
import subprocess
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from click.testing import CliRunner
from paho.mqtt.enums import CallbackAPIVersion

from firmware.pendant.settings import load
from hub.cli import main
from hub.devices import image, tls
from hub.devices.certificates import HUB_EVENTS
from hub.devices.image_files import chip_path, compiled
from protocol import codec, topics
from protocol.messages import Booted, SosPressed, UpMessage
from tests.conftest import need
from tests.live.driven_pendant import LIMIT_S, DrivenPendant
from tests.live.real_broker import free_port, wait_until
from tests.live.serial_pendant import RIG
from tests.tree import ROOT

pytestmark = [pytest.mark.live, pytest.mark.micropython]

HEAP = "heapsize=160wK"  # the mounted image, its rig and the desktop's board are in it as well
DESKTOP = ("firmware/boards/unix.py", "firmware/boards/watchdog.py")


def allswell(*words: str) -> str:
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """What `allswell init` makes, with its broker running."""
    folder = tmp_path / "site"
    port = free_port()
    allswell("init", str(folder), "--broker-port", str(port))
    with (tmp_path / "broker.log").open("wb") as log:
        command = [need("mosquitto"), "-c", str(folder / "mosquitto.conf")]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until((folder / "broker.pid").exists, what="the broker")
        (folder / "broker.port").write_text(str(port))
        yield folder
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def made(site: Path, tmp_path: Path) -> Path:
    """The image of p-1, with the desktop's board in it."""
    wifi = tmp_path / "wifi.json"
    wifi.write_text('[{"ssid": "site", "key": "correct horse"}]')
    config = ("--config", str(site / "allswell.toml"))
    folder, out = str(site / "p-1"), site / "p-1.img"
    allswell("pendant", "add", "p-1", *config, "--wifi", str(wifi), "--out", folder)
    allswell("pendant", "image", "p-1", "--from", folder, "--out", str(out))
    files = image.read(out.read_bytes())
    files |= {chip_path(name): compiled(name, ROOT / name) for name in DESKTOP}
    out.write_bytes(image.build(files, out.stat().st_size))
    return out


class ImagePendant(DrivenPendant):
    """Its flash is the image; its folder is only where its last words go."""

    def __init__(self, made: Path) -> None:
        super().__init__(made.parent / "last-words", "micropython", {})
        self.image = made

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with (self.flash / "stderr").open("ab") as errors:
            return subprocess.Popen(
                [need("micropython"), "-X", HEAP, RIG, str(self.image), "boot"]
                + ["--flash", "/pendant", "--control", str(self._control_port)],
                stderr=errors,
                stdout=errors,
            )


class Ear:
    """The hub's place at the broker: hears what the pendant signed."""

    def __init__(self, site: Path) -> None:
        secret = load((site / "p-1" / "settings.json").read_text()).secret
        self._key = codec.up_key(secret)
        self._key_id = load((site / "p-1" / "settings.json").read_text()).key_id
        self.heard: queue.Queue[UpMessage] = queue.Queue()
        self.listens = False
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id="allswell-hub-events")
        self.client.tls_set_context(tls.client_context(site / "keys", HUB_EVENTS))
        self.client.on_connect = lambda client, *_: client.subscribe(
            [(each, 1) for each in topics.EVENT_FILTERS]
        )
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", int((site / "broker.port").read_text()))
        self.client.loop_start()
        wait_until(lambda: self.listens, what="the hub's subscription")

    def _on_subscribe(self, *_: object) -> None:
        self.listens = True

    def _on_message(self, _client: object, _user: object, message: paho.MQTTMessage) -> None:
        said = codec.unseal(bytes(message.payload), self._key_id, self._key, up=True)
        assert isinstance(said, UpMessage)
        self.heard.put(said)

    def next(self, kind: type[UpMessage]) -> UpMessage:
        while True:
            said = self.heard.get(timeout=LIMIT_S)
            if isinstance(said, kind):
                return said

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def records(made: Path) -> list[str]:
    return sorted(path for path in image.read(made.read_bytes()) if path.endswith(".rec"))


def test_the_image_boots_keeps_an_sos_through_a_cut_and_says_it_over_mutual_tls(
    site: Path, made: Path
) -> None:
    pendant = ImagePendant(made)
    ear = Ear(site)
    try:
        pendant.start()
        pendant.until(boot="power-on")
        pendant.until(link=True)
        assert ear.next(Booted).pendant == "p-1"
        pendant.say(hold_link=True)
        pendant.until(link=False)
        pendant.say(button="s", down=True)
        pendant.until(feel="stored")
        pendant.kill()
        kept = [path for path in records(made) if path.startswith("/pendant/e-")]
        assert len(kept) == 1, "felt as stored, so it lies on the flash"
        pendant.start()
        pendant.until(feel="stored")
        said = ear.next(SosPressed)
        assert kept == [f"/pendant/e-{said.boot}-{said.seq}.rec"]
    finally:
        pendant.close()
        ear.close()
