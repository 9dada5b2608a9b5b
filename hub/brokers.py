"""The brokers that the hub listens on: how its sessions are named, how one that is away is told.

Rule: a session has a lane, `events` or `beats`, and belongs to one broker; of the second broker it
is named `events-2`, `beats-2`. User, client id and probe go by the lane: each broker has its own.
"""

import ssl
from dataclasses import dataclass

from hub.settings import BrokerAt

EVENTS, BEATS = "events", "beats"
LANES = (EVENTS, BEATS)
SUFFIXES = ("", "-2")
NOT_USED = "the settings name no such broker"


@dataclass(frozen=True, slots=True)
class LinkHealth:
    """How one session stands, for the health page and `doctor`."""

    session: str
    up: bool
    note: str
    received: int
    restarts: int
    unacknowledged: int


def lane_of(session: str) -> str:
    """`events` of `events` and of `events-2`."""
    return session.partition("-")[0]


def suffixes(at: BrokerAt) -> tuple[str, ...]:
    """What the names of each broker's sessions end with."""
    return SUFFIXES[: len(at.each())]


def sessions(at: BrokerAt, *lanes: str) -> frozenset[str]:
    """The names of the hub's sessions with these brokers; without `lanes`, all of them."""
    return frozenset(lane + suffix for suffix in suffixes(at) for lane in lanes or LANES)


def unreached(at: BrokerAt, fault: BaseException | None) -> str:
    """Why there is no connection: nobody there, or somebody who is not our broker."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"{at.host} port {at.port} is not our broker: {fault.verify_message}"
    if isinstance(fault, ssl.SSLError):
        # Only those that OpenSSL made have a reason.
        why = getattr(fault, "reason", None) or fault.strerror
        return f"no TLS with {at.host} port {at.port}: {why}"
    if at.tls and isinstance(fault, ConnectionResetError | BrokenPipeError):
        return f"no TLS with {at.host} port {at.port}: it hung up"
    return f"no answer from {at.host} port {at.port}"


def turned_away(at: BrokerAt, user: str) -> str:
    """It ended the connection without an answer: the usual reason, as a question."""
    return f"{at.host} port {at.port} hung up: does it take the certificate of {user}?"
