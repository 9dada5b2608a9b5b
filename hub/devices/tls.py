"""TLS towards the broker, as the hub and its doctor speak it.

Rule: both ends prove who they are, and the broker is known by its name in the certificate, not by
the address it was reached at: an address moves, and whoever answers there could be anybody.
"""

import socket
import ssl
from pathlib import Path

from hub.devices.certificates import (
    BROKER_NAME,
    CA,
    KeysFault,
    cert_file,
    key_file,
    read,
)


class _Closing(ssl.SSLSocket):
    """Closed when the handshake fails: paho would leave that to the collector of garbage."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class BrokerContext(ssl.SSLContext):
    """Asks for BROKER_NAME whatever host a client names: paho knows the address only."""

    sslsocket_class = _Closing

    def wrap_socket(
        self,
        sock: socket.socket,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLSocket:
        return super().wrap_socket(
            sock,
            server_side=server_side,
            do_handshake_on_connect=do_handshake_on_connect,
            suppress_ragged_eofs=suppress_ragged_eofs,
            server_hostname=BROKER_NAME,
            session=session,
        )


def stranger_context(keys: Path) -> BrokerContext:
    """Knows our authority and has no certificate to show. Raises KeysFault."""
    context = BrokerContext(ssl.PROTOCOL_TLS_CLIENT)  # checks the chain, the name and the dates
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # what MicroPython's mbedTLS speaks
    path = cert_file(keys, CA)
    try:
        context.load_verify_locations(path)
    except (OSError, ssl.SSLError) as exc:
        raise KeysFault(f"{path} cannot be read ({exc.strerror}); restore a backup") from None
    return context


def client_context(keys: Path, name: str) -> BrokerContext:
    """Shows the certificate `name` of that folder. Raises KeysFault."""
    read(keys, name)  # says what is wrong with the pair, and the mend
    context = stranger_context(keys)
    context.load_cert_chain(cert_file(keys, name), key_file(keys, name))
    return context
