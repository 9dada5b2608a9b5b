"""What a history of clients and a broker is made of: on mosquitto and on the storm's model of it.

Rule: a history may only ask for what both laboratories can do, and sees only what a client sees:
packets, in order, and the ends of its connections. Both wait until everything that was asked for
has been answered, each in its own way, and never for a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass
class Client:
    """One connection of a user's, as its owner sees it."""

    user: str
    log: list[str] = field(default_factory=list)
    held: list[int] = field(default_factory=list)  # packet ids not acknowledged, as received
    there: bool = False

    def came(self, topic: str, payload: bytes, qos: int, mid: int, dup: bool) -> None:
        if qos:
            self.held.append(mid)
        mark = f"{'dup ' if dup else ''}#{mid}" if qos else "qos 0"
        self.log.append(f"{topic} {payload.decode()} {mark}")


class Lab(Protocol):
    """What a history may do."""

    def connect(self, user: str, clean: bool = False) -> Client:
        """A new connection, CONNACK included; what the broker sends at once has arrived."""

    def subscribe(self, client: Client, *filters: tuple[str, int]) -> None: ...

    def publish(self, client: Client, topic: str, *payloads: str, qos: int = 1) -> None:
        """Acknowledged by the broker, if QoS 1, and delivered to everybody who is there."""

    def acknowledge(self, client: Client, *mids: int) -> None: ...

    def drop(self, client: Client) -> None:
        """Its socket closes, without DISCONNECT."""

    def restart(self) -> None:
        """The broker is killed and started again."""

    def revoke(self, *pendants: str) -> None:
        """The broker reads its rules again, in which these are revoked."""


def told(clients: Sequence[Client]) -> list[tuple[str, list[str]]]:
    """What each of them saw, in order."""
    return [(client.user, list(client.log)) for client in clients]
