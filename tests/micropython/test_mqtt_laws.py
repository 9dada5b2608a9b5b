"""The parser's laws over generated streams, inside the interpreter: the same packets however they
are cut into chunks, the same refusal, and what we send read by a reader of the standard's.
"""

from firmware.mqtt_packets import (
    MAX_PACKET_BYTES,
    PINGREQ_BYTES,
    Parser,
    encode_connect,
    encode_puback,
    encode_publish,
    encode_subscribe,
)
from protocol.errors import RemoteProtocolError
from tests.firmware.mqtt_reference import (
    CONNACK,
    PINGRESP,
    PUBACK,
    PUBLISH,
    SUBACK,
    fields,
    said_bytes,
    split,
)

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from firmware.mqtt_packets import Packet
    from tests.firmware.mqtt_reference import Said

STREAMS = 300
LETTERS = "abc/é€😀-_1"


class Dice:
    def __init__(self, seed: int) -> None:
        self._state = (seed * 2654435761 + 99) & 0x3FFFFFFF

    def below(self, limit: int) -> int:
        self._state = (self._state * 1103515245 + 12345) & 0x3FFFFFFF
        return (self._state >> 8) % limit

    def noise(self, longest: int) -> bytes:
        return bytes([self.below(256) for _ in range(self.below(longest + 1))])

    def text(self, longest: int) -> str:
        return "".join([LETTERS[self.below(len(LETTERS))] for _ in range(1 + self.below(longest))])


def something_said(dice: Dice) -> "Said":
    kind = (CONNACK, PUBLISH, PUBLISH, PUBACK, SUBACK, PINGRESP)[dice.below(6)]
    if kind == CONNACK:
        return kind, 0, bytes([dice.below(6)]), "", b"", 0
    if kind == SUBACK:
        return kind, 1 + dice.below(65535), b"\x01" + dice.noise(3), "", b"", 0
    if kind == PUBACK:
        return kind, 1 + dice.below(65535), b"", "", b"", 0
    if kind == PINGRESP:
        return kind, 0, b"", "", b"", 0
    qos = dice.below(2)
    number = 1 + dice.below(65535) if qos else 0
    return kind, number, b"", dice.text(20), dice.noise((4, 200, 2000)[dice.below(3)]), qos


def told(packet: "Packet") -> "Said":
    return (
        packet.kind,
        packet.packet_id,
        packet.codes,
        packet.topic,
        packet.payload,
        packet.qos,
    )


def parsed(data: bytes, dice: Dice, longest: int) -> "tuple[list[Said], str]":
    """What came out of chunks of at most so many bytes, and why it ended."""
    parser, found, at = Parser(), [], 0
    while at < len(data):
        size = 1 + dice.below(longest)
        try:
            found += [told(packet) for packet in parser.feed(data[at : at + size])]
        except RemoteProtocolError as error:
            return found, error.reason
        assert len(parser._pending) < MAX_PACKET_BYTES + 5, "it holds one packet at most"
        at += size
    return found, ""


def test_what_is_said_is_heard_however_it_is_cut() -> None:
    for seed in range(STREAMS):
        dice = Dice(seed)
        saying = [something_said(dice) for _ in range(1 + dice.below(6))]
        data = b"".join([said_bytes(said) for said in saying])
        for longest in (1, 7, 512, len(data)):
            if longest > 1 or len(data) < 400:
                assert parsed(data, dice, longest) == (saying, ""), seed


def test_torn_stream_says_what_was_whole_and_waits() -> None:
    for seed in range(STREAMS):
        dice = Dice(1000 + seed)
        saying = [something_said(dice) for _ in range(3)]
        whole = said_bytes(saying[0]) + said_bytes(saying[1])
        last = said_bytes(saying[2])
        data = whole + last[: dice.below(len(last))]
        assert parsed(data, dice, 50) == (saying[:2], ""), seed


def test_hostile_stream_is_refused_by_the_same_name_however_it_is_cut() -> None:
    refused = {"packet": 0, "oversized": 0, "": 0}
    for seed in range(STREAMS):
        dice = Dice(2000 + seed)
        data = bytearray(b"".join([said_bytes(something_said(dice)) for _ in range(3)]))
        for _ in range(1 + dice.below(4)):
            data[dice.below(min(len(data), 40))] = dice.below(256)
        hostile = bytes(data) + dice.noise(20)
        whole, reason = parsed(hostile, dice, 1 << 20)
        for longest in (3, 64):
            found, again = parsed(hostile, dice, longest)
            # A chunk says nothing of what came in it before what was refused.
            assert again == reason and (reason or found == whole), seed
        refused[reason] += 1
    assert refused["packet"] > 50 and refused["oversized"] > 5, refused


def test_noise_is_refused_or_waited_for() -> None:
    for seed in range(STREAMS):
        dice = Dice(3000 + seed)
        _found, reason = parsed(dice.noise(300), dice, 40)
        assert reason in ("", "packet", "oversized")


def test_what_we_send_is_what_a_broker_reads() -> None:
    for seed in range(STREAMS):
        dice = Dice(4000 + seed)
        client, user = dice.text(20), dice.text(20) if dice.below(2) else ""
        password = dice.text(30) if user else ""
        will = (dice.text(9), dice.noise(40)) if dice.below(2) else None
        topic, payload = dice.text(30), dice.noise(400)
        qos, number = dice.below(2), 1 + dice.below(65535)
        dup = bool(qos and dice.below(2))
        wanted = [dice.text(9) for _ in range(1 + dice.below(3))]
        data = encode_connect(client, user, password, will, 20 + dice.below(60))
        data += encode_publish(topic, payload, qos, number, dup)
        data += encode_subscribe(number, tuple(wanted)) + encode_puback(number) + PINGREQ_BYTES
        read = [fields(first, body) for first, body in split(data)]
        assert [each["kind"] for each in read] == [
            "connect",
            "publish",
            "subscribe",
            "puback",
            "pingreq",
        ]
        assert read[0]["client"] == client and read[0]["clean"]
        assert (read[0]["username"], read[0]["password"]) == (user, password)
        assert read[0].get("will") == will
        assert (read[1]["topic"], read[1]["payload"]) == (topic, payload)
        assert (read[1]["qos"], read[1]["dup"]) == (qos, dup)
        assert read[1]["id"] == (number if qos else 0)
        assert read[2]["topics"] == [(name, 1) for name in wanted]
        assert read[2]["id"] == read[3]["id"] == number
