"""Mutual TLS for a pendant: one context, made once at boot from the DER files of its folder.

The rule it keeps: without a broker whose certificate our CA signed, for the name that we expect and
for today, there is no link; there is no way to switch any of that off. MicroPython has no PEM, so
the files are DER: ca.der, cert.der, key.der (EC P-256). A clock that stands at 2000-01-01 is within
our certificates on purpose (they begin there), so a battery that went flat costs no SOS.
"""

import asyncio
import sys

from firmware.waits import PLAIN
from protocol.errors import LocalProtocolError

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable
    from typing import Any

    Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

CA_FILE = "ca.der"
CERT_FILE = "cert.der"
KEY_FILE = "key.der"
IPPROTO_TCP, TCP_NODELAY = 6, 1  # MicroPython on unix has no names for them


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
    import tls as mbedtls  # type: ignore[import-not-found]

    def context_of(ca: bytes, cert: bytes, key: bytes) -> "Any":
        """Verifies as soon as it is required: the chain, the name and the dates."""
        context: Any = mbedtls.SSLContext(mbedtls.PROTOCOL_TLS_CLIENT)
        context.verify_mode = mbedtls.CERT_REQUIRED
        context.load_verify_locations(ca)
        context.load_cert_chain(cert, key)
        return context

else:
    from firmware.boards.cpython_tls import context_of


async def open_stream(host: str, port: int, tls: "Tls | None") -> "Streams":
    """A connection to a broker. On MicroPython the handshake is part of the first write or read,
    and a certificate that does not hold is a ValueError there."""
    if tls is not None and sys.implementation.name != "micropython":
        return await asyncio.open_connection(
            host, port, ssl=tls.context, server_hostname=tls.server_name
        )
    reader, writer = await asyncio.open_connection(host, port)
    plain = getattr(writer, "s", None)
    if plain is not None:  # CPython's asyncio does this by itself
        plain.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # small packets do not wait (40 ms)
    if tls is None:
        return reader, writer
    secure = tls.context.wrap_socket(
        plain, server_hostname=tls.server_name, do_handshake_on_connect=False
    )
    secure.setblocking(False)
    stream: Any = asyncio.StreamReader
    stream = stream(secure, {PLAIN: plain})
    return stream, stream
