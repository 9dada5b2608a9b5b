"""The real firmware over mutual TLS: its files, brokers that are what they say, and others."""

import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.x509.oid import NameOID

from hub.clock import utc_ms
from hub.devices import broker, certificates, keyring
from hub.devices.certificates import BROKER_NAME, Credential
from protocol import codec, topics
from protocol.messages import Receipt, UpMessage
from tests.conftest import need
from tests.live.caller import Caller, shown
from tests.live.driven_pendant import SECRET, DrivenPendant, Told
from tests.live.real_broker import RealBroker, wait_until

PENDANT = "p-aa"
HUB_MS = 1_800_000_000_000
FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)
LAST_DAY = datetime(2090, 1, 1, tzinfo=UTC)


class Site:
    """An authority with its keys, and a broker that shows them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = folder / "keys"
        folder.mkdir(exist_ok=True)
        keyring.make(self.keys, "Example Homes", ("127.0.0.1",), utc_ms())
        self.ca = certificates.read(self.keys, certificates.CA)
        self.real = RealBroker(folder, tls=True)

    def show(self, credential: Credential) -> None:
        """From its next start the broker says that it is this one."""
        certificates.write(self.keys, certificates.BROKER, credential)

    def hub(self) -> "Hub":
        return Hub(self)


class Hub:
    """Hears every pendant over mutual TLS; says a signed receipt when the test wants it."""

    def __init__(self, site: Site) -> None:
        own = certificates.read(site.keys, certificates.HUB_EVENTS)
        context = shown(site.folder / "hub-pem", site.ca, own)
        self.caller = Caller(site.real, broker.EVENTS_USER, tls=context)
        for topic in topics.EVENT_FILTERS:
            self.caller.subscribe(topic)

    def heard(self, kind: type[UpMessage]) -> list[tuple[UpMessage, bytes]]:
        found = []
        for _topic, token in self.caller.heard:
            said = codec.unseal(token, PENDANT, codec.up_key(bytes.fromhex(SECRET)), up=True)
            if isinstance(said, kind):
                found.append((said, token))
        return found

    def first(self, kind: type[UpMessage]) -> tuple[UpMessage, bytes]:
        wait_until(lambda: bool(self.heard(kind)), 30, kind.TYPE)
        return self.heard(kind)[0]

    def receipt(self, said: UpMessage, token: bytes) -> None:
        sha = codec.sha(token)
        receipt = Receipt(pendant=PENDANT, boot=said.boot, seq=said.seq, sha=sha, hub_ms=HUB_MS)
        key = codec.down_key(bytes.fromhex(SECRET))
        self.caller.client.publish(topics.down(PENDANT), codec.seal(receipt, PENDANT, key), 1)

    def close(self) -> None:
        self.caller.close()


def client_files(flash: Path, ca: Credential, own: Credential) -> None:
    """As provisioning writes them."""
    flash.mkdir(parents=True, exist_ok=True)
    for name, der in (("ca", ca.cert_der), ("cert", own.cert_der), ("key", own.key_der)):
        (flash / f"{name}.der").write_bytes(der)


def settings(port: int, **others: object) -> Told:
    return {
        "pendant": PENDANT,
        "key_id": PENDANT,
        "secret": SECRET,
        "broker_host": "127.0.0.1",
        "broker_port": port,
        "tls": True,
        **others,
    }


@contextmanager
def secure(
    folder: Path,
    interpreter: str,
    told: Told,
    ca: Credential,
    own: Credential,
    env: Mapping[str, str] | None = None,
) -> Iterator[DrivenPendant]:
    client_files(folder / "flash", ca, own)
    pendant = DrivenPendant(folder / "flash", interpreter, told, env)
    try:
        yield pendant
    finally:
        pendant.close()


def broker_called(
    ca: Credential, name: str = BROKER_NAME, begins: datetime = FIRST_DAY, ends: datetime = LAST_DAY
) -> Credential:
    """Signed by that authority, for any name and any time."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(ca.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(ca.key, hashes.SHA256())
    )
    return Credential(made, key)


def clock_at(moment: str) -> dict[str, str]:
    """A process with this in its environment believes that it was started then. The clock that
    counts from the start is left as it is."""
    need("faketime")
    found = importlib.util.find_spec("libfaketime")
    assert found is not None and found.origin is not None
    library = Path(found.origin).parent / "vendor/libfaketime/src/libfaketime.so.1"
    assert library.is_file()
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"@{moment}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
