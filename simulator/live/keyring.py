"""The keys of a simulation over TLS: an authority of its own, as `allswell init` makes one.

Rule: made by the same code as a real installation's (hub/devices/certificates.py), for 127.0.0.1,
in the simulation's own folder, and gone with it.
"""

from collections.abc import Iterable
from pathlib import Path

from hub.clock import utc_ms
from hub.devices import certificates
from hub.devices.broker import BEATS_USER, EVENTS_USER
from hub.devices.certificates import Credential


class Keyring:
    """`folder`: as the hub's and the brokers' settings name it."""

    def __init__(self, folder: Path, pendants: Iterable[str]) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        now_ms = utc_ms()
        self.ca = certificates.make_ca("Simulation", now_ms)
        self._pendants: dict[str, Credential] = {
            name: certificates.issue_client(self.ca, name, now_ms) for name in pendants
        }
        broker = certificates.issue_broker(self.ca, ["127.0.0.1"], now_ms)
        for name, made in (
            (certificates.CA, self.ca),
            (certificates.BROKER, broker),
            (certificates.HUB_EVENTS, certificates.issue_client(self.ca, EVENTS_USER, now_ms)),
            (certificates.HUB_BEATS, certificates.issue_client(self.ca, BEATS_USER, now_ms)),
        ):
            certificates.write(folder, name, made)

    def equip(self, pendant: str) -> dict[str, bytes]:
        """The files of its folder (firmware/tls.py), by name."""
        own = self._pendants[pendant]
        return {"ca.der": self.ca.cert_der, "cert.der": own.cert_der, "key.der": own.key_der}
