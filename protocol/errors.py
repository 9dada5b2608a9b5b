"""Two kinds of fault, never confused: ours (Local) and the peer's (Remote).

A RemoteProtocolError is classified by a short `reason` so that a refusal can be counted, stored and
explained. Nothing the peer sends may raise anything else.
"""

# Every reason a peer's bytes may be refused for; docs/protocol.md explains each.
REASONS = (
    "oversized",  # longer than MAX_TOKEN_BYTES
    "malformed",  # not three dot-separated base64url parts
    "header",  # not our constant header, or an unlawful key id
    "signature",  # the key does not fit these bytes
    "claims",  # verified or not, the claims are not a message of ours in canonical form
    "direction",  # a down message sent up, or the reverse
    "pendant",  # signed by one pendant, about or on the topic of another
    "topic",  # not a topic of ours
    "packet",  # MQTT framing
    "refused",  # the broker said no (CONNACK, SUBACK)
    "timeout",  # the peer did not answer in time
    "closed",  # the peer closed the connection
)


class ProtocolError(Exception):
    """Base of both faults."""


class LocalProtocolError(ProtocolError):
    """We tried to build or send something unlawful: a bug of ours, or bad configuration."""


class RemoteProtocolError(ProtocolError):
    """The peer sent something unlawful. `reason` is one of REASONS; `detail` is for a person."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason + (": " + detail if detail else ""))
        self.reason = reason
        self.detail = detail
