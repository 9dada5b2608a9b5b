"""The installation's own certificate authority: the keys of the broker, the hub and the pendants.

Rule: lives are long and beginnings early on purpose, so that no clock and no forgotten renewal ever
silences an SOS at the TLS handshake. Whether a pendant is valid is the hub's decision, by its own
books; a certificate only says who speaks. Pure, but for `read` and `write` at the end.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.devices.private_file import write_together
from protocol.record import is_id

# What a pendant asks the broker's certificate for, whatever address it reached it at.
BROKER_NAME = "allswell-broker"
FOLDER = "keys"
CA = "ca"
BROKER = "broker"
HUB_EVENTS = "hub-events"
HUB_BEATS = "hub-beats"
CANARY = "canary"
# The authority first: what it signs can be made anew from it, it cannot be made from them.
NAMES = (CA, BROKER, HUB_EVENTS, HUB_BEATS, CANARY)

# A chip without a battery for its clock starts here; a certificate must be valid already.
NOT_BEFORE = datetime(2000, 1, 1, tzinfo=UTC)
CA_YEARS = 40
LEAF_YEARS = 10  # longer than a pendant's battery and the hub's box last
_YEAR = timedelta(days=365.25)
_DAY_MS = 86_400_000
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_NAME = 64  # RFC 5280, appendix A.1: ub-organization-name


class KeysFault(Exception):
    """A key or certificate cannot be used; the message says which, why and what to do."""


@dataclass(frozen=True)
class Credential:
    """A certificate and the private key that belongs to it."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey

    def __repr__(self) -> str:
        """Never the key: this may stand in a log."""
        return f"Credential({self.subject!r}, until {self.certificate.not_valid_after_utc:%F})"

    @property
    def subject(self) -> str:
        """Its common name: of a client, the user that the broker takes it for."""
        return subject_of(self.certificate)

    @property
    def not_after_ms(self) -> int:
        return end_ms(self.certificate)

    @property
    def cert_der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def cert_pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_der(self) -> bytes:
        """As RFC 5915 writes it, the shortest form that mbedTLS reads."""
        return self._key(Encoding.DER, PrivateFormat.TraditionalOpenSSL)

    @property
    def key_pem(self) -> bytes:
        return self._key(Encoding.PEM, PrivateFormat.PKCS8)

    def _key(self, encoding: Encoding, form: PrivateFormat) -> bytes:
        return self.key.private_bytes(encoding, form, NoEncryption())


def make_ca(organisation: str, now_ms: int) -> Credential:
    """A new authority. Two of one organisation differ by the number in their names."""
    key = generate_private_key(SECP256R1())
    mark = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()[:8]
    owner = organisation.strip()[:_LONGEST_NAME] or "allswell"
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner),
            x509.NameAttribute(NameOID.COMMON_NAME, f"allswell CA {mark}"),
        ]
    )
    return _self_signed(name, key, now_ms)


def renew_ca(ca: Credential, now_ms: int) -> Credential:
    """The same name and key with a later end: what it has signed stays good, and pendants that
    hold the old certificate go on until its date."""
    return _self_signed(ca.certificate.subject, ca.key, now_ms)


def issue_broker(ca: Credential, addresses: Sequence[str], now_ms: int) -> Credential:
    """The broker's: it bears BROKER_NAME, and the addresses for clients that look at those."""
    names: list[x509.GeneralName] = [x509.DNSName(BROKER_NAME)]
    names += [_general_name(each) for each in dict.fromkeys(addresses) if each != BROKER_NAME]
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return _issue(ca, BROKER_NAME, [usage, x509.SubjectAlternativeName(names)], now_ms)


def issue_client(ca: Credential, name: str, now_ms: int) -> Credential:
    """For whoever connects as the user `name`. Nothing else stands in it: before TLS 1.3 a
    client's certificate crosses the network in the clear."""
    if not is_id(name):
        raise ValueError(f"{name!r} cannot be a user of the broker")
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    return _issue(ca, name, [usage], now_ms)


def is_address(text: str) -> bool:
    """Whether a certificate can bear it: an IP address, or a host name as RFC 1123 has it."""
    try:
        ip_address(text)
    except ValueError:
        labels = text.lower().split(".")
        is_name = len(text) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
        return is_name and not labels[-1].isdigit()  # an IP address mistyped is no name
    return "%" not in text  # a scope is this machine's own affair


def subject_of(certificate: x509.Certificate) -> str:
    """Its common name."""
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else ""


def end_ms(certificate: x509.Certificate) -> int:
    return int(certificate.not_valid_after_utc.timestamp()) * 1000


def addresses(credential: Credential) -> tuple[str, ...]:
    """The addresses that a broker's certificate bears besides BROKER_NAME."""
    return addresses_of(credential.certificate)


def addresses_of(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(each.value) for each in found.value if str(each.value) != BROKER_NAME)


def is_signed_by(credential: Credential, ca: Credential) -> bool:
    """Whether this authority, by its key, stands behind the certificate."""
    return is_issued_by(credential.certificate, ca.certificate)


def is_issued_by(certificate: x509.Certificate, ca: x509.Certificate) -> bool:
    """The same of certificates alone: the authority's key may be kept elsewhere."""
    try:
        certificate.verify_directly_issued_by(ca)
    except (InvalidSignature, ValueError, TypeError):  # another key, another name, another kind
        return False
    return True


def read_certificate(folder: Path, name: str) -> x509.Certificate:
    """`<name>.pem` without its key. Raises KeysFault."""
    try:
        return x509.load_pem_x509_certificate(cert_file(folder, name).read_bytes())
    except OSError as exc:
        raise KeysFault(f"{exc.filename}: {exc.strerror}; {_mend(name)}") from None
    except ValueError:
        raise KeysFault(f"{folder / name}.pem cannot be read; {_mend(name)}") from None


def _mend(name: str) -> str:
    return f"`allswell keys renew {name}` makes it anew" if name != CA else "restore a backup"


def days_left(credential: Credential, now_ms: int) -> int:
    """Whole days until it ends; negative once it has."""
    return days_until(credential.certificate, now_ms)


def days_until(certificate: x509.Certificate, now_ms: int) -> int:
    """The same of a certificate alone."""
    return (end_ms(certificate) - now_ms) // _DAY_MS


def read(folder: Path, name: str) -> Credential:
    """`<name>.pem` and `<name>.key.pem`. Raises KeysFault."""
    certificate, mend = read_certificate(folder, name), _mend(name)
    try:
        key = load_pem_private_key(key_file(folder, name).read_bytes(), None)
    except OSError as exc:
        raise KeysFault(f"{exc.filename}: {exc.strerror}; {mend}") from None
    except (ValueError, TypeError):  # not PEM, cut short; a key with a passphrase
        raise KeysFault(f"{folder / name}.key.pem cannot be read; {mend}") from None
    if not isinstance(key, EllipticCurvePrivateKey) or (
        key.public_key() != certificate.public_key()
    ):
        raise KeysFault(f"{folder / name}.pem and its key do not belong together; {mend}")
    return Credential(certificate, key)


def write(folder: Path, name: str, credential: Credential) -> None:
    """Both files, each old or new and never half, and on a full disk both old: a broker whose pair
    does not match does not start. A pair that a power cut parted is found by `read`."""
    key, certificate = key_file(folder, name), cert_file(folder, name)
    write_together({key: credential.key_pem, certificate: credential.cert_pem})


def cert_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.pem"


def key_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.key.pem"


def _self_signed(name: x509.Name, key: EllipticCurvePrivateKey, now_ms: int) -> Credential:
    public = key.public_key()
    made = _begun(name, name, now_ms, CA_YEARS).public_key(public)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    made = made.add_extension(_key_usage(signs=True), critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    return Credential(made.sign(key, hashes.SHA256()), key)


def _issue(
    ca: Credential, name: str, extensions: Sequence[x509.ExtensionType], now_ms: int
) -> Credential:
    key = generate_private_key(SECP256R1())
    public = key.public_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begun = _begun(subject, ca.certificate.subject, now_ms, LEAF_YEARS)
    made = begun.public_key(public)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    made = made.add_extension(_key_usage(signs=False), critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key())
    made = made.add_extension(issuer, critical=False)
    for each in extensions:
        made = made.add_extension(each, critical=False)
    return Credential(made.sign(ca.key, hashes.SHA256()), key)


def _begun(
    subject: x509.Name, issuer: x509.Name, now_ms: int, years: int
) -> x509.CertificateBuilder:
    end = datetime.fromtimestamp(now_ms // 1000, UTC) + years * _YEAR
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        serial_number=x509.random_serial_number(),
        not_valid_before=NOT_BEFORE,
        not_valid_after=end.replace(microsecond=0),
    )


def _key_usage(signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(address))
    except ValueError:
        return x509.DNSName(address)
