"""A pendant's certificate: made and signed here, given away with its key, kept without it.

Rule: the installation keeps the public half only (`keys/pendants/NAME.pem`), to say how long it
lasts; whoever reads that folder learns nobody's key.
"""

from pathlib import Path

from cryptography import x509

from hub.devices import certificates
from hub.devices.image_files import CA, CERTIFICATE, KEY
from hub.devices.private_file import write_private

KEPT = "pendants"
_DAY_MS = 86_400_000


def issue(keys: Path, name: str, now_ms: int) -> dict[str, bytes]:
    """The files of `/pendant` by which the broker knows it, and it the broker. Raises KeysFault."""
    ca = certificates.read(keys, certificates.CA)
    made = certificates.issue_client(ca, name, now_ms)
    folder = keys / KEPT
    folder.mkdir(mode=0o700, exist_ok=True)
    write_private(folder / f"{name}.pem", made.cert_pem)
    return {CA: ca.cert_der, CERTIFICATE: made.cert_der, KEY: made.key_der}


def days_left(keys: Path | None, name: str, now_ms: int) -> int | None:
    """Of the certificate that was given out last; None where there is none on file."""
    if keys is None:
        return None
    try:
        pem = (keys / KEPT / f"{name}.pem").read_bytes()
        ends = x509.load_pem_x509_certificate(pem).not_valid_after_utc
    except (OSError, ValueError):
        return None
    return (int(ends.timestamp()) * 1000 - now_ms) // _DAY_MS
