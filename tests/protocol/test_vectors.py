"""The golden vectors as a file: made again they are the same. joserfc, not ours, agrees."""

import json

import pytest
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from protocol import codec
from protocol.errors import RemoteProtocolError
from protocol.messages import DOWN_TYPES, UP_TYPES
from protocol.record import Message
from protocol.writer import write
from tests.protocol.make_vectors import KID, VECTORS, key_for, message_vectors, sizes, text

EVERY_MESSAGE = [
    pytest.param(message, id=f"{message.TYPE}-{size}")
    for cls in UP_TYPES + DOWN_TYPES
    for size, message in sizes(cls)
]


def test_the_file_is_what_the_script_makes() -> None:
    assert VECTORS.read_text(encoding="ascii") == text()


def test_every_type_and_reason_is_in_the_file() -> None:
    loaded = json.loads(VECTORS.read_text(encoding="ascii"))
    assert {v["type"] for v in loaded["messages"]} == {c.TYPE for c in UP_TYPES + DOWN_TYPES}
    of_tokens = {"oversized", "malformed", "header", "signature", "claims", "direction"}
    assert {v["reason"] for v in loaded["refused"]} == of_tokens


@pytest.mark.parametrize("message", EVERY_MESSAGE)
def test_joserfc_accepts_what_we_sign(message: Message) -> None:
    token = codec.seal(message, KID, key_for(message.UP))
    key = OctKey.import_key(key_for(message.UP))
    found = jws.deserialize_compact(token, key, algorithms=["HS256"])
    assert found.headers() == {"alg": "HS256", "kid": KID}
    assert found.payload == write(message)


@pytest.mark.parametrize("message", EVERY_MESSAGE)
def test_we_accept_what_joserfc_signs(message: Message) -> None:
    key = OctKey.import_key(key_for(message.UP))
    token = jws.serialize_compact({"alg": "HS256", "kid": KID}, write(message), key)
    assert token.encode() == codec.seal(message, KID, key_for(message.UP))
    assert codec.unseal(token.encode(), KID, key_for(message.UP), message.UP) == message


def test_what_joserfc_signs_with_another_algorithm_is_refused() -> None:
    message = sizes(UP_TYPES[0])[1][1]
    key = OctKey.import_key(key_for(True))
    token = jws.serialize_compact(
        {"alg": "HS512", "kid": KID}, write(message), key, algorithms=["HS512"]
    )
    with pytest.raises(RemoteProtocolError) as refused:
        codec.unseal(token.encode(), KID, key_for(True), up=True)
    assert refused.value.reason == "header"


def test_joserfc_refuses_our_token_under_the_other_key() -> None:
    token = message_vectors()[0]["token"]
    with pytest.raises(JoseError):
        jws.deserialize_compact(str(token), OctKey.import_key(key_for(False)))


@pytest.mark.parametrize("cls", UP_TYPES + DOWN_TYPES)
def test_the_largest_lawful_message_fits(cls: type[Message]) -> None:
    token = codec.seal(sizes(cls)[2][1], "k" * 32, key_for(cls.UP))
    assert len(token) <= codec.MAX_TOKEN_BYTES
