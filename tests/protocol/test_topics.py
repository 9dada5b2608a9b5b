"""Topics: what is built is parsed back, and nothing else is parsed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import topics
from protocol.errors import LocalProtocolError, RemoteProtocolError
from protocol.messages import ALARM_TYPES, DOWN_TYPES, UP_TYPES
from protocol.record import Message
from tests.protocol.make_vectors import sizes
from tests.protocol.test_messages import ids


@given(ids, st.sampled_from(topics.UP_LANES))
def test_round_trip(pendant: str, lane: str) -> None:
    assert topics.parse_up(topics.up(pendant, lane)) == (pendant, lane)
    assert topics.down(pendant) == f"allswell/{pendant}/down"


@pytest.mark.parametrize("cls", UP_TYPES)
def test_the_lane_of_each_message(cls: type[Message]) -> None:
    expected = "sos" if cls in ALARM_TYPES else "beat" if cls.TYPE == "beat" else "event"
    assert topics.lane_of(sizes(cls)[0][1]) == expected


@pytest.mark.parametrize("cls", DOWN_TYPES)
def test_a_down_message_has_no_lane_up(cls: type[Message]) -> None:
    with pytest.raises(LocalProtocolError):
        topics.lane_of(sizes(cls)[0][1])


@given(st.text(max_size=60) | st.text("alswe/+#up$sobeatvn-1", max_size=40))
def test_only_what_we_would_build_is_parsed(topic: str) -> None:
    try:
        pendant, lane = topics.parse_up(topic)
    except RemoteProtocolError as refused:
        assert refused.reason == "topic"
    else:
        assert topics.up(pendant, lane) == topic


@pytest.mark.parametrize(
    "topic",
    [
        "", "/", "allswell", "allswell/p07/up", "allswell/p07/down", "allswell/p07/up/sos/",
        "/allswell/p07/up/sos", "allswell//up/sos", "allswell/P07/up/sos", "allswell/+/up/sos",
        "allswell/#", "allswell/p07/up/SOS", "allswell/p07/up/alarm", "allswell/../up/sos",
        "allswell/p07\x00/up/sos", "allswell/p 7/up/sos", "$SYS/p07/up/sos", "Allswell/p07/up/sos",
        "allswell/" + "p" * 33 + "/up/sos", "allswell/-p/up/sos", "x" * 100_000,
    ],
)  # fmt: skip
def test_hostile_topics(topic: str) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        topics.parse_up(topic)
    assert refused.value.reason == "topic"
    assert len(refused.value.detail) <= 80


@pytest.mark.parametrize(
    ("pendant", "lane"), [("p/7", "sos"), ("", "sos"), ("p07", "down"), ("+", "beat")]
)
def test_an_unlawful_topic_is_never_built(pendant: str, lane: str) -> None:
    with pytest.raises(LocalProtocolError):
        topics.up(pendant, lane)
    if lane != "down":
        with pytest.raises(LocalProtocolError):
            topics.down(pendant)


def test_the_hub_listens_to_every_lane() -> None:
    filters = topics.EVENT_FILTERS + topics.BEAT_FILTERS
    assert sorted(f.replace("+", "p07") for f in filters) == sorted(
        topics.up("p07", lane) for lane in topics.UP_LANES
    )
