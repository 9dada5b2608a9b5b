"""Who may hold a connection to the web server, and for how long without asking anything.

Rule: a connection costs the hub a file handle, and so does every page that is sent: strangers who
connect and say nothing must not use up what reaches the people (P1). So there is a limit on all of
them, one for each address, and a time within which a request has come, headers and body.
"""

import asyncio
import resource
from ipaddress import ip_address
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_S = 10.0  # a request that takes longer to arrive is none of a browser's
CONNECTIONS_MAX = 600  # every stream that may be open, and room to act beside them
CONNECTIONS_PER_ADDRESS = 100  # an office behind one address; not for a proxy on this machine
HANDLES = 8_192  # wanted by the process; half of what it gets is the web's at most


def raise_limit() -> int:
    """Ask for more file handles than a login shell or systemd gives; how many there are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = HANDLES if hard == resource.RLIM_INFINITY else min(hard, HANDLES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return HANDLES if soft == resource.RLIM_INFINITY else soft


class Doorman(H11Protocol):
    """uvicorn's own protocol with the module's limits. One object for each connection."""

    most = CONNECTIONS_MAX
    most_per_address = CONNECTIONS_PER_ADDRESS
    request_s = REQUEST_S

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._asked: object = self  # nothing that a request could be
        self._look: asyncio.TimerHandle | None = None
        if len(self.connections) > self.most or self._is_crowd():
            transport.abort()
            return
        self._look = self.loop.call_later(self.request_s, self._look_again)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _is_crowd(self) -> bool:
        address = _address(self)
        if not address or ip_address(address).is_loopback:
            return False
        return sum(_address(other) == address for other in self.connections) > self.most_per_address

    def _look_again(self) -> None:
        """Close it if it still owes us the request that it owed us at the last look, or its first;
        an answer that goes on for hours (the live stream) owes nothing."""
        cycle: Any = self.cycle
        owes = cycle is None or cycle.response_complete or cycle.more_body
        if owes and (cycle is None or cycle is self._asked):
            self.transport.abort()
            return
        self._asked = cycle if owes else self
        self._look = self.loop.call_later(self.request_s, self._look_again)


def _address(connection: Any) -> str:
    client = getattr(connection, "client", None)
    return str(client[0]) if client else ""
