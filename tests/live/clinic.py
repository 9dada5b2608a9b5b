"""A hub of this process over mutual TLS on a real mosquitto, for the doctor to look at.

Rule: well from the start, but for what the kernel says of this machine's clock; a test breaks one
thing and the doctor must name it.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hub.app import App
from hub.clock import utc_ms
from hub.devices import broker, certificates, keyring
from hub.devices.tls import client_context
from hub.doctoring.finding import Finding
from hub.doctoring.look import look
from hub.policy.load import load, shipped
from hub.roster import PersonEntry
from hub.settings import DEFAULT_POLICY, BrokerAt, Settings, Simulation, Web
from tests.live.hub_process import Pendant
from tests.live.real_broker import RealBroker, wait_until

NOWHERE = "http://127.0.0.1:9/"


class Clinic:
    """`change`: lines of mosquitto.conf to have otherwise, "" to leave one out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = folder / "keys"
        folder.mkdir(exist_ok=True)
        keyring.make(self.keys, "Example Homes", (), utc_ms())
        self.broker = _broker_in(folder)
        self.settings = self._settings()
        self.app: App | None = None

    def _settings(self) -> Settings:
        roles = load(shipped(DEFAULT_POLICY)).roles
        held = tuple(role.id for role in roles if role.source_of_people != "visit")
        mia = PersonEntry("mia", "Mia Stone", "MS", "mia", roles=held, pages=(NOWHERE,))
        at = BrokerAt(port=self.broker.port, tls=True, keys=self.keys, files=self.folder)
        return Settings(
            folder=self.folder / "hub",
            broker=at,
            web=Web(port=0),
            people=(mia,),
            simulation=Simulation(enabled=True),
        )

    def change(self, lines: Mapping[str, str]) -> None:
        """Before `open`: the broker's settings, with these lines in the place of others."""
        path = self.folder / broker.CONF
        text = path.read_text(encoding="utf-8")
        for old, new in lines.items():
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def open_hub(self) -> None:
        app = self.app = App(self.settings)
        app.start()
        wait_until(self.health_is_up, 20, "the hub on its broker")
        wait_until(lambda: app.inbox.ask("turn", "").ok, 20)

    def open(self) -> None:
        self.broker.start()
        self.open_hub()
        assert self.app is not None
        secret = {"secret": "00" * 32, "key_id": "k-aa"}
        assert self.app.inbox.ask("add_pendant", "cli", {"id": "p-aa", **secret}).ok

    def pendant(self, name: str, port: int = 0) -> Pendant:
        """A new one with a certificate, connected to the first broker or to that port."""
        assert self.app is not None
        secret = os.urandom(32).hex()
        facts = {"id": name, "secret": secret, "key_id": f"k-{name}"}
        assert self.app.inbox.ask("add_pendant", "cli", facts).ok
        ca = certificates.read(self.keys, certificates.CA)
        own = self.folder / f"{name}-pem"
        own.mkdir()
        certificates.write(own, "own", certificates.issue_client(ca, name, utc_ms()))
        certificates.write(own, certificates.CA, ca)
        told = {"pendant": name, "key_id": f"k-{name}", "secret": secret}
        told["broker_port"] = str(port or self.broker.port)
        return Pendant(told, tls=client_context(own, "own"))

    def health_is_up(self) -> bool:
        return self.app is not None and self.app.reader.health().broker_up

    def findings(self) -> list[Finding]:
        """All but what the kernel says of the clock here."""
        return [each for each in look(self.settings) if "synchronised" not in each.said]

    def said(self) -> list[str]:
        return [str(each) for each in self.findings()]

    def close_hub(self) -> None:
        if self.app is not None:
            self.app.close()
            self.app = None

    def close(self) -> None:
        self.close_hub()
        self.broker.kill()


def _broker_in(folder: Path) -> RealBroker:
    found = RealBroker(folder, tls=True)
    found.write(broker.ACL, broker.acl())
    return found


def second_of(first: Clinic, folder: Path) -> RealBroker:
    """Another broker of the same installation, as a second machine would have it."""
    shutil.copytree(first.keys, folder / "keys")
    return _broker_in(folder)


@contextmanager
def clinic(folder: Path, change: Mapping[str, str] | None = None) -> Iterator[Clinic]:
    """Open, and closed again."""
    found = Clinic(folder)
    found.change(change or {})
    try:
        found.open()
        yield found
    finally:
        found.close()
