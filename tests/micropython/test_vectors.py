"""The golden vectors, on whichever interpreter runs this: plain functions, no pytest, no typing.

The rule it keeps: pendant and hub write the same bytes, and refuse the same bytes for the same
reason, and nothing a peer sends raises anything but RemoteProtocolError.
"""

import binascii
import json

from protocol import codec, messages, writer
from protocol.errors import REASONS, RemoteProtocolError

KID = "p07"


def load() -> dict:  # type: ignore[type-arg]  # whatever JSON holds; typing does not exist on the chip
    with open(writer.__file__.replace("writer.py", "vectors.json")) as file:
        loaded: dict = json.load(file)  # type: ignore[type-arg]  # the same
    return loaded


VECTORS = load()
KEYS = {True: binascii.unhexlify(VECTORS["up_key"]), False: binascii.unhexlify(VECTORS["down_key"])}
CLASSES = {}
for _cls in messages.UP_TYPES + messages.DOWN_TYPES:
    CLASSES[_cls.TYPE] = _cls


def outcome(token: bytes, kid: str = KID, up: bool = True) -> str:
    """ "" when accepted, else the reason of the refusal. Any other exception is the failure."""
    try:
        codec.unseal(token, kid, KEYS[up], up)
    except RemoteProtocolError as refused:
        assert refused.reason in REASONS, refused.reason
        return refused.reason
    return ""


def test_keys_are_derived_from_the_secret() -> None:
    secret = binascii.unhexlify(VECTORS["secret"])
    assert codec.up_key(secret) == KEYS[True]
    assert codec.down_key(secret) == KEYS[False]


def test_every_message_is_written_and_signed_to_the_byte() -> None:
    for vector in VECTORS["messages"]:
        message = CLASSES[vector["type"]](**vector["values"])
        assert writer.write(message) == vector["claims"].encode(), vector["name"]
        token = codec.seal(message, vector["kid"], KEYS[vector["up"]])
        assert token == vector["token"].encode(), vector["name"]
        assert codec.sha(token) == vector["sha"], vector["name"]


def test_every_message_is_read_back() -> None:
    for vector in VECTORS["messages"]:
        token = vector["token"].encode()
        assert codec.key_id(token) == vector["kid"]
        message = codec.unseal(token, vector["kid"], KEYS[vector["up"]], vector["up"])
        assert message.TYPE == vector["type"]
        for name, value in vector["values"].items():
            assert getattr(message, name) == value, vector["name"] + " " + name
        assert codec.peek(token, vector["up"]) == message


def test_every_class_has_its_three_vectors() -> None:
    counts: dict[str, int] = {}
    for vector in VECTORS["messages"]:
        counts[vector["type"]] = counts.get(vector["type"], 0) + 1
    assert counts == dict.fromkeys(CLASSES, 3)


def test_hostile_tokens_are_refused_for_the_expected_reason() -> None:
    for hostile in VECTORS["refused"]:
        token = binascii.unhexlify(hostile["token_hex"])
        found = outcome(token)
        assert found == hostile["reason"], "%s: %s" % (hostile["name"], found)


def test_peeking_and_naming_the_key_never_crash_either() -> None:
    for hostile in VECTORS["refused"]:
        token = binascii.unhexlify(hostile["token_hex"])
        for look in (codec.key_id, lambda token: codec.peek(token, True)):
            try:
                look(token)
            except RemoteProtocolError as refused:
                assert refused.reason in REASONS


def test_a_token_cut_at_any_byte_is_refused() -> None:
    for vector in VECTORS["messages"]:
        if vector["name"] not in ("ok, typical", "standing, typical"):
            continue
        token = vector["token"].encode()
        for end in range(len(token)):
            found = outcome(token[:end], vector["kid"], vector["up"])
            assert found in ("malformed", "header", "signature"), "%d: %s" % (end, found)


def test_a_token_with_any_byte_changed_is_refused() -> None:
    token = VECTORS["messages"][16]["token"].encode()
    for i in range(len(token)):
        changed = token[:i] + bytes([token[i] ^ 1]) + token[i + 1 :]
        assert outcome(changed) in ("malformed", "header", "signature"), i


def test_a_message_cannot_be_turned_round() -> None:
    for vector in VECTORS["messages"]:
        if vector["kid"] == KID:
            assert outcome(vector["token"].encode(), KID, not vector["up"]) == "signature"
