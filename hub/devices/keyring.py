"""All keys of one installation: made together, looked at, renewed one by one.

Rule: what ends is told long before, and a renewal never asks a pendant for anything: the authority
keeps its key and name, so that what pendants hold stays good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.x509 import Certificate

from hub.devices import certificates
from hub.devices.broker import BEATS_USER, EVENTS_USER
from hub.devices.certificates import (
    BROKER,
    BROKER_NAME,
    CA,
    CANARY,
    HUB_BEATS,
    HUB_EVENTS,
    NAMES,
    Credential,
    KeysFault,
)

BROKER_2 = "broker-2"  # the second broker's, if there is one
WARN_DAYS = 60
SOON_DAYS = 14
EARLIEST_MS = 1_767_225_600_000  # 2026-01-01: a clock before it was never set
HERE = ("127.0.0.1", "localhost")  # how whoever is on the broker's own machine calls it
# Whose user each client's certificate names.
USERS = {HUB_EVENTS: EVENTS_USER, HUB_BEATS: BEATS_USER, CANARY: CANARY}
SUBJECTS = USERS | {BROKER: BROKER_NAME, BROKER_2: BROKER_NAME}
AFTER = {
    CA: "Brokers read it at their next start; pendants when they are written again.",
    BROKER: "The broker shows it from now on if it runs here, else from its next start.",
    BROKER_2: "Make its folder again and carry it there: `allswell second-broker`.",
    HUB_EVENTS: "The hub shows it from its next start.",
    HUB_BEATS: "The hub shows it from its next start.",
    CANARY: "`allswell doctor` shows it from now on.",
}


@dataclass(frozen=True, slots=True)
class KeyState:
    """One certificate as it stands; `fault` and `mend` are empty when nothing is to be done."""

    name: str
    subject: str = ""
    until_ms: int = 0
    days: int = 0
    addresses: tuple[str, ...] = ()
    fault: str = ""
    mend: str = ""
    note: str = ""


def check_clock(now_ms: int) -> None:
    """Certificates that were made in 1970 end in 1980. Raises KeysFault."""
    if now_ms < EARLIEST_MS:
        raise KeysFault("this machine's clock was never set; set it, and keep it by NTP")


def make(keys: Path, organisation: str, addresses: Sequence[str], now_ms: int) -> None:
    """The authority and what it signs at once, in a new folder."""
    check_clock(now_ms)
    keys.mkdir(mode=0o700, exist_ok=True)
    ca = certificates.make_ca(organisation, now_ms)
    certificates.write(keys, CA, ca)
    for name in NAMES[1:]:
        certificates.write(keys, name, _issue(ca, name, addresses, now_ms))


def names(keys: Path) -> tuple[str, ...]:
    """Those there should be, and the second broker's where it is."""
    second = (BROKER_2,) if certificates.cert_file(keys, BROKER_2).exists() else ()
    return (*NAMES, *second)


def look(keys: Path, now_ms: int) -> list[KeyState]:
    """Each of them, the authority first."""
    try:
        ca: Certificate | None = certificates.read_certificate(keys, CA)
    except KeysFault:
        ca = None  # told in its own line
    return [_state(keys, name, ca, now_ms) for name in names(keys)]


def warnings(keys: Path, now_ms: int) -> list[str]:
    """A sentence for each that wants something done."""
    return [f"{each.fault}. {each.mend}" for each in look(keys, now_ms) if each.fault]


def renew(keys: Path, name: str, now_ms: int, addresses: Sequence[str] | None = None) -> Credential:
    """A new certificate in the old one's place, with a new key unless it is the authority's.
    A broker keeps its addresses unless others are given. Raises KeysFault."""
    check_clock(now_ms)
    ca = certificates.read(keys, CA)
    if name == CA:
        made = certificates.renew_ca(ca, now_ms)
    else:
        made = _issue(ca, name, _kept(keys, name) if addresses is None else addresses, now_ms)
    certificates.write(keys, name, made)
    return made


def _kept(keys: Path, name: str) -> tuple[str, ...]:
    """The addresses it has. Raises KeysFault where they cannot be known: one that names none of
    them would shut pendants out that look at addresses."""
    if name not in (BROKER, BROKER_2):
        return ()
    try:
        return certificates.addresses_of(certificates.read_certificate(keys, name))
    except KeysFault as exc:
        said = str(exc).partition("; ")[0]
        raise KeysFault(f"{said}; name its addresses anew, with --address") from None


def _issue(ca: Credential, name: str, addresses: Sequence[str], now_ms: int) -> Credential:
    if name in (BROKER, BROKER_2):
        return certificates.issue_broker(ca, (*HERE, *addresses), now_ms)
    return certificates.issue_client(ca, USERS[name], now_ms)


def _state(keys: Path, name: str, ca: Certificate | None, now_ms: int) -> KeyState:
    try:
        found, note = _read(keys, name)
    except KeysFault as exc:
        fault, _, mend = str(exc).partition("; ")
        return KeyState(name, fault=fault, mend=mend[:1].upper() + mend[1:] + ".")
    days = certificates.days_until(found, now_ms)
    fault = _fault(name, found, ca, days)
    return KeyState(
        name,
        certificates.subject_of(found),
        certificates.end_ms(found),
        days,
        certificates.addresses_of(found),
        fault,
        f"Renew it: allswell keys renew {name}." if fault else "",
        note,
    )


def _read(keys: Path, name: str) -> tuple[Certificate, str]:
    """The authority's key may be in a safe: it signs seldom, and is not needed to believe it."""
    if name == CA and not certificates.key_file(keys, CA).exists():
        return certificates.read_certificate(keys, CA), "its key is not here"
    return certificates.read(keys, name).certificate, ""


def _fault(name: str, found: Certificate, ca: Certificate | None, days: int) -> str:
    """The worst that is wrong with it, or ""."""
    subject = certificates.subject_of(found)
    wanted = SUBJECTS.get(name, subject)
    if ca is not None and not certificates.is_issued_by(found, ca):
        return f"{name} was signed by another authority"
    if subject != wanted:
        return f"{name} is the certificate of {subject!r}, not of {wanted!r}"
    if days < 0:
        return f"{name} ended {_days(-days)} ago: nobody accepts it any more"
    if days >= WARN_DAYS:
        return ""
    return f"{name} ends in {_days(days)}{', very soon' * (days < SOON_DAYS)}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
