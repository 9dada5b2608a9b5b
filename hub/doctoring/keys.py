"""What the doctor sees of the certificates: whole, ours, in time; and how long pendants have left.

Rule: what ends is told long before it does. No SOS waits for any of it: a pendant past its date is
refused visits by the hub, and its certificate outlives it.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography import x509

from hub.devices import certificates, keyring
from hub.devices.keyring import WARN_DAYS
from hub.doctoring.finding import Finding

DAY_MS = 86_400_000


def look(keys: Path, now_ms: int) -> Iterator[Finding]:
    """Every certificate of the site, and who else may read the keys."""
    if not keys.is_dir():
        said = f"there is no folder {keys}, where the hub's certificates should be"
        yield Finding("keys", said, "Mend [broker] keys, or restore it from a backup.")
        return
    for state in keyring.look(keys, now_ms):
        if state.name == certificates.CA and _is_kept_elsewhere(keys):
            said = "the authority's key is not on this machine: nothing new can be signed here"
            yield Finding("keys", said, "Well if it is in your safe; else a backup.", grave=False)
        elif state.fault:
            yield Finding("keys", state.fault, state.mend)
    if keys.stat().st_mode & 0o077:
        yield Finding("keys", f"others may look into {keys}", f"chmod 700 {keys}")
    for path in sorted(keys.glob("*.key.pem")):
        if path.stat().st_mode & 0o077:
            yield Finding("keys", f"others may read {path}", f"chmod 600 {path}")


def _is_kept_elsewhere(keys: Path) -> bool:
    """Its certificate is here, without which nobody is believed; its key may be in a safe."""
    certificate = certificates.cert_file(keys, certificates.CA)
    return certificate.exists() and not certificates.key_file(keys, certificates.CA).exists()


def ending(whose: str, certificate: x509.Certificate, now_ms: int) -> str:
    """That a certificate which somebody shows has ended or soon will; "" while there is time."""
    end = certificate.not_valid_after_utc
    days = (int(end.timestamp()) * 1000 - now_ms) // DAY_MS
    if days < 0:
        return f"the certificate that {whose} shows ended on {end:%Y-%m-%d}"
    return f"the certificate that {whose} shows ends in {days} days" if days < WARN_DAYS else ""


def pendants(dates: Iterable[tuple[str, int]], now_ms: int) -> Iterator[Finding]:
    """`dates`: each active pendant with the end of its validity, 0 for none."""
    for pendant, until_ms in dates:
        days = (until_ms - now_ms) // DAY_MS
        if until_ms == 0 or days >= WARN_DAYS:
            continue
        said = f"{pendant} may go on visits for {days} more days"
        if days < 0:
            said = f"{pendant} is past its date: it is refused visits, and keeps its SOS"
        yield Finding("pendants", said, f"allswell pendant renew {pendant}")
