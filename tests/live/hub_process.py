"""A site made by `allswell init`, its mosquitto, and `allswell serve` as a process to be killed.

Rule: everything through the command line and the wire, as an administrator and a pendant would.
"""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path

import httpx
import paho.mqtt.client as mqtt
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509 import load_der_x509_certificate
from paho.mqtt.enums import CallbackAPIVersion

from hub.cli import main
from hub.devices import certificates
from hub.devices.certificates import Credential
from hub.devices.tls import client_context
from hub.store.reader import Reader
from protocol import codec
from protocol.messages import Beat, DownMessage, Ok, PressMessage, Receipt, SosPressed
from tests.conftest import need
from tests.hub.notify.office import Post
from tests.live.real_broker import free_port, wait_until

START_S = 30.0


def allswell(*words: str, cwd: Path, ok: bool = True) -> subprocess.CompletedProcess[str]:
    """One command to its end; only the one that takes its process over has one of its own."""
    done = _alone(words, cwd) if words[0] == "serve" else _here(words, cwd)
    assert not ok or done.returncode == 0, done.stderr + done.stdout
    return done


def _alone(words: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "hub.cli", *words]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    return subprocess.run(
        argv, check=False, cwd=cwd, env=env, capture_output=True, text=True, timeout=60
    )


def _here(words: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    with chdir(cwd):
        done = CliRunner(catch_exceptions=False).invoke(main, words)
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


class Site:
    """A folder with settings, broker and hub; by users and passwords unless with `tls`."""

    def __init__(self, folder: Path, post: Post, tls: bool = False) -> None:
        self.folder = folder
        self.broker_port = free_port()
        self.web_port = free_port()
        self.broker: subprocess.Popen[bytes] | None = None
        self.hub: subprocess.Popen[bytes] | None = None
        ports = ("--port", str(self.web_port), "--broker-port", str(self.broker_port))
        folder.mkdir()
        kind = ("--simulation",) if tls else ("--simulation", "--plain")
        self.made = allswell("init", str(folder), *kind, *ports, cwd=folder)
        settings = folder / "allswell.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("pages = []  ", f'pages = ["{post.url}"]'), "utf-8")

    def cli(self, *words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        return allswell(*words, cwd=self.folder, ok=ok)

    def start_broker(self) -> None:
        with (self.folder / "broker.log").open("ab") as log:
            argv = [need("mosquitto"), "-c", str(self.folder / "mosquitto.conf")]
            self.broker = subprocess.Popen(argv, stderr=log)
        wait_until(lambda: _answers(self.broker_port), START_S, "the broker")

    def start_hub(self, handles: int = 0) -> None:
        """Returns when the board is served. `handles`: it may open no more files than this."""
        argv = [sys.executable, "-m", "hub.cli", "serve"]
        if handles:
            argv = ["sh", "-c", f'ulimit -n {handles} && exec "$@"', "sh", *argv]
        env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        with (self.folder / "hub.log").open("ab") as log:
            self.hub = subprocess.Popen(argv, cwd=self.folder, env=env, stderr=log, stdout=log)
        hub = self.hub
        wait_until(lambda: hub.poll() is not None or _serves(self.web_port), START_S, "the board")
        assert hub.poll() is None, self.log

    @property
    def log(self) -> str:
        return (self.folder / "hub.log").read_text(encoding="utf-8")

    def kill_hub(self) -> None:
        assert self.hub is not None
        self.hub.kill()
        self.hub.wait()

    def stop_hub(self) -> int:
        assert self.hub is not None
        self.hub.send_signal(signal.SIGTERM)
        return self.hub.wait(20)

    def kill_broker(self) -> None:
        assert self.broker is not None
        self.broker.kill()
        self.broker.wait()

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        found = Reader(self.folder / "hub")
        try:
            yield found
        finally:
            found.close()

    def add_pendant(self, name: str) -> "Pendant":
        self.cli("pendant", "add", name, "--worker", "admin")
        made = self.folder / name
        told = json.loads((made / "settings.json").read_text(encoding="utf-8"))
        return Pendant(told, tls=_context(made) if told.get("tls") else None)

    def close(self) -> None:
        for process in (self.hub, self.broker):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def _serves(port: int) -> bool:
    try:
        url = f"http://127.0.0.1:{port}/login"
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _context(made: Path) -> ssl.SSLContext:
    """From a pendant's own folder, whose files are what mbedTLS reads."""
    key = load_der_private_key((made / "key.der").read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    certificate = load_der_x509_certificate((made / "cert.der").read_bytes())
    ca = load_der_x509_certificate((made / "ca.der").read_bytes())
    keys = made.with_name(f"{made.name}-pem")
    keys.mkdir(exist_ok=True)
    certificates.write(keys, "own", Credential(certificate, key))
    certificates.cert_file(keys, certificates.CA).write_bytes(ca.public_bytes(Encoding.PEM))
    return client_context(keys, "own")


class Pendant:
    """Signs and speaks as one; nothing of the firmware."""

    def __init__(
        self, settings: dict[str, str], secret: str = "", tls: ssl.SSLContext | None = None
    ) -> None:
        self.settings, self.tls = settings, tls
        self.id = str(settings["pendant"])
        self._kid = str(settings["key_id"])
        key = bytes.fromhex(secret or str(settings["secret"]))
        self._up, self._down = codec.up_key(key), codec.down_key(key)
        self.boot = os.urandom(8).hex()
        self.seq = 0
        self.told: list[DownMessage] = []
        self._lock = threading.Lock()
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, self.id, clean_session=False, protocol=mqtt.MQTTv311
        )
        if tls is None:
            self.client.username_pw_set(str(settings["username"]), str(settings["password"]))
        else:
            self.client.tls_set_context(tls)
        self.client.max_inflight_messages_set(1_000)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_message = self._hear
        self.client.on_connect = lambda c, *_: c.subscribe(f"allswell/{self.id}/down", 1)
        self.client.connect_async("127.0.0.1", int(settings["broker_port"]))
        self.client.loop_start()

    def _hear(self, _c: mqtt.Client, _u: object, message: mqtt.MQTTMessage) -> None:
        found = codec.unseal(bytes(message.payload), self._kid, self._down, False)
        assert isinstance(found, DownMessage)
        with self._lock:
            self.told.append(found)

    def press(self, kind: type[PressMessage] = Ok) -> tuple[str, bytes]:
        """(identity, token), not yet said."""
        self.seq += 1
        message = kind(
            pendant=self.id, boot=self.boot, seq=self.seq, heard_ms=0, since_ms=self.seq,
            standing=0, phase="off", gesture="sos-hold" if kind is SosPressed else "a-short",
        )  # fmt: skip
        return message.identity(), codec.seal(message, self._kid, self._up)

    def beat(self, *open_presses: str) -> None:
        self.seq += 1
        message = Beat(
            pendant=self.id, boot=self.boot, seq=self.seq, heard_ms=0, since_ms=self.seq,
            standing=0, phase="off", battery_pct=80, signal_pct=70, dropped=0,
            refused=0,
            open=list(open_presses),
        )  # fmt: skip
        self.say("beat", codec.seal(message, self._kid, self._up))

    def say(self, lane: str, token: bytes) -> mqtt.MQTTMessageInfo:
        return self.client.publish(f"allswell/{self.id}/up/{lane}", token, int(lane != "beat"))

    def receipts(self) -> set[str]:
        with self._lock:
            found = [each for each in self.told if isinstance(each, Receipt)]
        return {f"{each.boot}.{each.seq}" for each in found}

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
