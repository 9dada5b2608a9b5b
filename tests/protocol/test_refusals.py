"""What a person reads when bytes were refused, and where the limits lie to the byte.

Rule: a refusal's detail goes into the log and into the alarm of an unverified SOS, so it is part of
what we promise; a limit holds at its last lawful value and at the first unlawful one.
"""

import pytest

from protocol import codec, topics, writer
from protocol.errors import LocalProtocolError, RemoteProtocolError
from protocol.messages import DOWN_TYPES, UP_TYPES
from tests.protocol.make_vectors import KID, b64, key_for, signed, sizes

OK = sizes(UP_TYPES[5])[1][1]
SAID = writer.write(OK)
GOOD = codec.seal(OK, KID, key_for(True))
HEAD, CLAIMS, SIGNATURE = GOOD.split(b".")
DOWN = sizes(DOWN_TYPES[0])[1][1]
TURNED_ROUND = codec.seal(DOWN, KID, key_for(True))  # as a pendant that is no pendant would


def unsealed(token: bytes, kid: str = KID) -> object:
    return codec.unseal(token, kid, key_for(True), up=True)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (b"A" * (codec.MAX_TOKEN_BYTES + 1), "oversized: 1201 bytes"),
        (b"." * codec.MAX_TOKEN_BYTES, "malformed: 1201 parts"),
        (HEAD + b"." + CLAIMS, "malformed: 2 parts"),
        (GOOD + b"=", "malformed: base64url"),
        (signed(SAID, b'{"alg":"none","kid":"p07"}'), "header: not our header"),
        (signed(SAID, b'{"alg":"HS256","kid":"p07"'), "header: not our header"),
        (signed(SAID, b'{"alg":"HS256","kid":"P07"}'), "header: key id"),
        (signed(SAID, b'{"alg":"HS256","kid":"\xff"}'), "header: key id"),
        (signed(SAID, b'{"alg":"HS256","kid":"p08"}'), "header: another key id"),
        (HEAD + b"." + CLAIMS + b"." + b64(bytes(32)), "signature"),
        (TURNED_ROUND, "direction: " + DOWN.TYPE),
        (signed(b"[]"), "claims: not a JSON object"),
        (signed(b'""'), "claims: not a JSON object"),
        (signed(b"{"), "claims: not a JSON object"),
        (signed(SAID.replace(b'"v":1', b'"v":2')), "claims: unknown type or version"),
        (signed(SAID.replace(b'"seq":41', b'"seq":0')), "claims: ok.seq"),
        (signed(SAID + b" "), "claims: not in canonical form"),
    ],
    ids=str,
)
def test_a_refusal_says_why(token: bytes, said: str) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        unsealed(token)
    assert str(refused.value) == said
    reason, _, detail = said.partition(": ")
    assert (refused.value.reason, refused.value.detail) == (reason, detail)


@pytest.mark.parametrize("pendant", ["P" * 100, "p" * 100])
def test_a_refused_topic_is_quoted_but_not_at_length(pendant: str) -> None:
    topic = f"allswell/{pendant}/up/sos"
    for wrong in (topic, topic + "/more"):
        with pytest.raises(RemoteProtocolError) as refused:
            topics.parse_up(wrong)
        assert str(refused.value) == "topic: " + topic[:80]


def test_a_token_may_be_as_long_as_the_limit_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_TOKEN_BYTES", len(GOOD))
    assert unsealed(codec.seal(OK, KID, key_for(True))) == OK
    monkeypatch.setattr(codec, "MAX_TOKEN_BYTES", len(GOOD) - 1)
    with pytest.raises(LocalProtocolError, match=f"^token of {len(GOOD)} bytes$"):
        codec.seal(OK, KID, key_for(True))
    with pytest.raises(RemoteProtocolError, match="oversized"):
        unsealed(GOOD)


def test_every_last_letter_of_base64url_is_read() -> None:
    """Whatever three bytes end in, it is the claims that are wrong with them, not their letters."""
    for last in range(64):
        with pytest.raises(RemoteProtocolError, match=r"^claims"):
            unsealed(signed(bytes([1, 2, last])))


def test_a_flood_of_key_ids_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "_HEADS", {})
    monkeypatch.setattr(codec, "_MAX_HEADS", 3)
    for number in range(10):
        kid = f"p{number}"
        token = codec.seal(OK, kid, key_for(True))
        assert codec.key_id(token) == codec.key_id(token) == kid
        assert unsealed(token, kid) == OK
        assert 1 <= len(codec._HEADS) <= 3


def test_a_key_id_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "_HEADS", {})
    assert codec.key_id(GOOD) == KID
    monkeypatch.setattr(codec, "_read_key_id", None)  # asked again, it would not answer
    assert codec.key_id(GOOD) == KID


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: codec.up_key(b""), "a pendant's secret is 32 bytes"),
        (lambda: codec.seal(OK, "P7", key_for(True)), "unlawful key id 'P7'"),
        (lambda: topics.lane_of(DOWN), f"{DOWN.TYPE} goes down"),
        (lambda: topics.up("p/7", "sos"), "no topic for 'p/7' 'sos'"),
        (lambda: topics.down("p/7"), "no topic for 'p/7'"),
        (type(OK), "ok lacks pendant"),
        (lambda: type(OK)(**dict(OK.values()) | {"seq": 0}), "ok.seq is no seq: 0"),
        (lambda: type(OK)(**dict(OK.values()), z=1, y=2), "ok has unknown fields ['y', 'z']"),
    ],
)  # fmt: skip
def test_our_own_fault_says_what_was_wrong(wrong: object, said: str) -> None:
    assert callable(wrong)
    with pytest.raises(LocalProtocolError) as fault:
        wrong()
    assert str(fault.value) == said


def test_a_message_shows_what_is_in_it() -> None:
    inside = ", ".join(f"{name}={value!r}" for name, value in OK.values())
    assert repr(OK) == f"Ok({inside})"
