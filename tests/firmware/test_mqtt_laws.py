"""The parser's laws, with Hypothesis against a reader of the standard's; over generated streams the
same laws run inside MicroPython (tests/micropython/test_mqtt_laws.py).
"""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from firmware.mqtt_packets import (
    MAX_PACKET_BYTES,
    Packet,
    Parser,
    encode_connect,
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

Said = tuple[int, int, bytes, str, bytes, int]  # kind, packet id, codes, topic, payload, QoS
NAMES = st.text(st.characters(exclude_characters="\0+#", codec="utf-8"), min_size=1, max_size=40)
IDS = st.integers(1, 0xFFFF)
SAID: st.SearchStrategy[Said] = st.one_of(
    st.tuples(st.just(CONNACK), st.just(0), st.binary(min_size=1, max_size=1))
    .map(lambda said: (*said, "", b"", 0)),
    st.tuples(st.just(SUBACK), IDS, st.binary(min_size=1, max_size=9))
    .map(lambda said: (*said, "", b"", 0)),
    IDS.map(lambda number: (PUBACK, number, b"", "", b"", 0)),
    st.just((PINGRESP, 0, b"", "", b"", 0)),
    st.tuples(NAMES, st.binary(max_size=300)).map(lambda t: (PUBLISH, 0, b"", *t, 0)),
    st.tuples(IDS, NAMES, st.binary(max_size=300))
    .map(lambda t: (PUBLISH, t[0], b"", t[1], t[2], 1)),
)  # fmt: skip


def told(packet: Packet) -> Said:
    return (
        packet.kind,
        packet.packet_id,
        packet.codes,
        packet.topic,
        packet.payload,
        packet.qos,
    )


def parsed(data: bytes, cuts: list[int]) -> tuple[list[Said], str]:
    """What came out, and why it ended."""
    parser = Parser()
    found: list[Said] = []
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        try:
            found += [told(packet) for packet in parser.feed(data[start:end])]
        except RemoteProtocolError as error:
            return found, error.reason
    return found, ""


CUTS = st.lists(st.integers(0, 1 << 16), max_size=12)


@given(st.lists(SAID, max_size=6), CUTS)
def test_what_is_said_is_heard_however_it_is_cut(saying: list[Said], cuts: list[int]) -> None:
    assert parsed(b"".join(map(said_bytes, saying)), cuts) == (saying, "")


@given(st.lists(SAID, max_size=3), st.binary(max_size=40), CUTS, CUTS)
def test_whatever_comes_ends_alike_however_it_is_cut(
    saying: list[Said], noise: bytes, cuts: list[int], others: list[int]
) -> None:
    data = b"".join(map(said_bytes, saying)) + noise
    found, reason = parsed(data, cuts)
    again, other = parsed(data, others)
    assert reason == other and reason in ("", "packet", "oversized")
    assert reason or found == again
    assert all(len(said[4]) <= MAX_PACKET_BYTES for said in found)


@given(NAMES, NAMES, st.text(max_size=30), st.integers(1, 0xFFFF))
def test_connect_says_what_it_was_told(client: str, user: str, password: str, alive_s: int) -> None:
    [(first, body)] = split(encode_connect(client, user, password, None, alive_s))
    assert fields(first, body) == {
        "kind": "connect",
        "clean": True,
        "keepalive_s": alive_s,
        "client": client,
        "username": user,
        "password": password,
    }


@given(NAMES, st.binary(max_size=600), st.integers(0, 1), IDS, st.booleans())
def test_publish_says_what_it_was_told(
    topic: str, payload: bytes, qos: int, number: int, dup: bool
) -> None:
    again = dup and qos == 1
    [(first, body)] = split(encode_publish(topic, payload, qos, number, again))
    assert fields(first, body) == {
        "kind": "publish",
        "qos": qos,
        "dup": again,
        "topic": topic,
        "id": number if qos else 0,
        "payload": payload,
    }


@given(IDS, st.lists(NAMES, min_size=1, max_size=5))
def test_subscribe_says_what_it_was_told(number: int, topics: list[str]) -> None:
    [(first, body)] = split(encode_subscribe(number, tuple(topics)))
    wanted = [(topic, 1) for topic in topics]
    assert fields(first, body) == {"kind": "subscribe", "id": number, "topics": wanted}
