"""Mutual TLS for a pendant: one context, made once at boot from the DER files of its folder.

The rule it keeps: without a broker whose certificate our CA signed, for the name that we expect and
for today, there is no link; there is no way to switch any of that off. MicroPython has no PEM, so
the files are DER: ca.der, cert.der, key.der (EC P-256). A clock that stands at 2000-01-01 is within
our certificates on purpose (they begin there), so a battery that went flat costs no SOS.
"""

import sys

from protocol.errors import LocalProtocolError

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable
    from typing import Any

CA_FILE = "ca.der"
CERT_FILE = "cert.der"
KEY_FILE = "key.der"


class Tls:
    """What open_stream needs: the context, and the name that the broker must prove."""

    def __init__(self, context: "Any", server_name: str) -> None:
        self.context = context
        self.server_name = server_name


def load(file: "Callable[[str], bytes]", server_name: str) -> Tls:
    """From the board's files. Raises LocalProtocolError naming the one that is missing or wrong."""
    ders = []
    for name in (CA_FILE, CERT_FILE, KEY_FILE):
        der = file(name)
        if not der:
            raise LocalProtocolError("tls: %s is missing" % name)
        ders.append(der)
    try:
        return Tls(context_of(ders[0], ders[1], ders[2]), server_name)
    except (OSError, ValueError):
        names = ", ".join((CA_FILE, CERT_FILE, KEY_FILE))
        raise LocalProtocolError("tls: of %s one is damaged, or not DER" % names) from None


if sys.implementation.name == "micropython":
    # The module below MicroPython's ssl, on the chip and on unix alike.
    import tls  # type: ignore[import-not-found]

    def context_of(ca: bytes, cert: bytes, key: bytes) -> "Any":
        """Verifies as soon as it is required: the chain, the name and the dates."""
        context: Any = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        context.verify_mode = tls.CERT_REQUIRED
        context.load_verify_locations(ca)
        context.load_cert_chain(cert, key)
        return context

else:
    from firmware.boards.cpython_tls import context_of
