"""Mutual TLS for a pendant: one context, from the DER files of its folder.

The rule it keeps: without a broker whose certificate our CA signed, for the name that we expect and
for today, there is no link; there is no way to switch any of that off. MicroPython has no PEM, so
the files are DER: ca.der, cert.der, key.der (EC P-256). A clock that stands at 2000-01-01 is within
our certificates on purpose (they begin there), so a battery that went flat costs no SOS.
"""

import asyncio
import sys

from firmware.waits import PLAIN
from protocol.errors import LocalProtocolError, RemoteProtocolError

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
    """What open_stream needs: the pendant's files, and the name that the broker must prove."""

    def __init__(self, ders: "tuple[bytes, ...]", server_name: str) -> None:
        self.server_name = server_name
        self._ders = ders
        self._context: Any = None

    def context(self) -> "Any":
        """Made with the first connection and kept. Not at boot: its random numbers are seeded when
        it is made, and the chip's are true ones only while the radio runs (IDF, "RNG")."""
        if self._context is None:
            self._context = context_of(*self._ders)
        return self._context


def load(file: "Callable[[str], bytes]", server_name: str) -> Tls:
    """From the board's files. Raises LocalProtocolError naming the one that is missing, or all if
    one is wrong."""
    names = (CA_FILE, CERT_FILE, KEY_FILE)
    ders = tuple([file(name) for name in names])
    for name, der in zip(names, ders):
        if not der:
            raise LocalProtocolError("tls: %s is missing" % name)
    try:
        context_of(*ders)
    except (OSError, ValueError):
        raise LocalProtocolError("tls: one of %s is damaged" % ", ".join(names)) from None
    return Tls(ders, server_name)


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
            host, port, ssl=tls.context(), server_hostname=tls.server_name
        )
    reader, writer = await asyncio.open_connection(host, port)
    plain = getattr(writer, "s", None)
    if plain is not None:  # CPython's asyncio does this by itself
        plain.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # small packets do not wait (40 ms)
    if tls is None:
        return reader, writer
    secure = tls.context().wrap_socket(
        plain, server_hostname=tls.server_name, do_handshake_on_connect=False
    )
    secure.setblocking(False)
    stream: Any = asyncio.StreamReader
    stream = stream(secure, {PLAIN: plain})
    return stream, stream


def distrusted(error: ValueError) -> RemoteProtocolError:
    """What MicroPython says in a write or a read when the broker's certificate does not hold."""
    return RemoteProtocolError("tls", str(error).strip())
