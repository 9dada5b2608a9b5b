"""Three witnesses must agree; whatever does not is classified, and an SOS among it is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.verify import ACTIVE, NOBODY, REVOKED, Key, Unverified, Verified, verify
from protocol import codec, topics
from protocol.errors import REASONS
from protocol.messages import Receipt
from tests.hub.house import Handset

SECRET = b"s" * 32
ADA = Handset("p-ada", SECRET)
KEYS = {
    "k-p-ada": Key("k-p-ada", "p-ada", codec.up_key(SECRET), ACTIVE),
    "k-other": Key("k-other", "p-other", codec.up_key(b"o" * 32), ACTIVE),
    "k-gone": Key("k-gone", "p-gone", codec.up_key(b"g" * 32), REVOKED),
}
SOS_TOPIC = topics.up("p-ada", "sos")


def sealed(kind: str = "sos-pressed") -> bytes:
    gesture = {"gesture": "sos-hold"} if kind != "beat" else {}
    return ADA.sealed(ADA.message(kind, 5_000, **gesture))


def test_a_true_message_is_verified() -> None:
    found = verify(SOS_TOPIC, sealed(), KEYS.get)
    assert isinstance(found, Verified)
    assert found.sos
    assert not found.revoked
    assert found.key.pendant == "p-ada"


def test_a_revoked_key_is_verified_and_said_to_be_revoked() -> None:
    gone = Handset("p-gone", b"g" * 32)
    gone.key_id = "k-gone"
    token = gone.sealed(gone.message("sos-pressed", 1, gesture="sos-hold"))
    found = verify(topics.up("p-gone", "sos"), token, KEYS.get)
    assert isinstance(found, Verified)
    assert found.revoked


@pytest.mark.parametrize(
    ("topic", "token", "reason"),
    [
        (SOS_TOPIC, b"", "malformed"),
        (SOS_TOPIC, b"garbage", "malformed"),
        (SOS_TOPIC, b"x" * 5_000, "oversized"),
        (SOS_TOPIC, b"\xff\xfe.\x00.\x01", "malformed"),
        (SOS_TOPIC, sealed()[:-3] + b"AAA", "signature"),
        (topics.up("p-other", "sos"), sealed(), "pendant"),
        ("allswell/P!/up/sos", sealed(), "topic"),
    ],
)
def test_what_is_wrong_is_classified_and_an_sos_is_told(
    topic: str, token: bytes, reason: str
) -> None:
    found = verify(topic, token, KEYS.get)
    assert isinstance(found, Unverified)
    assert found.reason == reason
    assert found.sos


def test_an_unknown_key_is_classified() -> None:
    found = verify(SOS_TOPIC, sealed(), lambda kid: None)
    assert isinstance(found, Unverified)
    assert (found.reason, found.key_id, found.pendant) == ("key", "k-p-ada", "p-ada")


def test_a_message_of_ours_turned_round_is_refused() -> None:
    receipt = Receipt(pendant="p-ada", boot="0" * 16, seq=1, sha="0" * 32, hub_ms=1)
    for key in (codec.down_key(SECRET), codec.up_key(SECRET)):
        found = verify(SOS_TOPIC, codec.seal(receipt, "k-p-ada", key), KEYS.get)
        assert isinstance(found, Unverified)
        assert found.reason in ("signature", "direction")


def test_an_unproven_sos_on_another_lane_is_an_sos_all_the_same() -> None:
    found = verify(topics.up("p-ada", "event"), sealed(), lambda kid: None)
    assert isinstance(found, Unverified)
    assert found.sos


def test_garbage_on_another_lane_is_no_sos() -> None:
    found = verify(topics.up("p-ada", "event"), b"garbage", KEYS.get)
    assert isinstance(found, Unverified)
    assert not found.sos


@given(token=st.binary(max_size=1_400), topic=st.text(max_size=60))
def test_nothing_a_peer_sends_raises(token: bytes, topic: str) -> None:
    found = verify(topic, token, KEYS.get)
    assert isinstance(found, Unverified)
    assert found.reason in (*REASONS, "key")
    assert found.pendant


def test_a_topic_that_names_nobody_is_nobodys() -> None:
    found = verify("sos", b"x", KEYS.get)
    assert isinstance(found, Unverified)
    assert found.pendant == NOBODY
    assert found.sos
