"""MQTT topics: built and parsed here only.

`allswell/<pendant>/up/sos|event|beat` and `allswell/<pendant>/down`. The SOS has a topic of its
own so that nothing queues before it and so that a revoked pendant can be left just that one.
"""

from protocol.errors import LocalProtocolError, RemoteProtocolError
from protocol.messages import ALARM_TYPES, Beat
from protocol.record import Message, is_id

ROOT = "allswell"
UP_LANES = ("sos", "event", "beat")

# What the hub's two sessions subscribe to.
EVENT_FILTERS = (ROOT + "/+/up/sos", ROOT + "/+/up/event")
BEAT_FILTERS = (ROOT + "/+/up/beat",)


def lane_of(message: Message) -> str:
    """The lane this message belongs on."""
    if not message.UP:
        raise LocalProtocolError("%s goes down" % message.TYPE)
    if isinstance(message, ALARM_TYPES):
        return "sos"
    return "beat" if isinstance(message, Beat) else "event"


def up(pendant: str, lane: str) -> str:
    if lane not in UP_LANES or not is_id(pendant):
        raise LocalProtocolError("no topic for %r %r" % (pendant, lane))
    return "%s/%s/up/%s" % (ROOT, pendant, lane)


def down(pendant: str) -> str:
    if not is_id(pendant):
        raise LocalProtocolError("no topic for %r" % pendant)
    return "%s/%s/down" % (ROOT, pendant)


def parse_up(topic: str) -> tuple[str, str]:
    """(pendant, lane). Raises RemoteProtocolError("topic")."""
    parts = topic.split("/")
    if len(parts) != 4 or parts[0] != ROOT or parts[2] != "up" or parts[3] not in UP_LANES:
        raise RemoteProtocolError("topic", topic[:80])
    if not is_id(parts[1]):
        raise RemoteProtocolError("topic", topic[:80])
    return parts[1], parts[3]
