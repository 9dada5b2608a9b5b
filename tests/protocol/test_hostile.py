"""Bytes that nobody of ours would send. The vectors hold the named cases (and run on the chip too);
here Hypothesis looks for others.

The rule: nothing a peer sends raises anything but RemoteProtocolError, with a reason of REASONS.
"""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol import codec
from protocol.errors import REASONS, LocalProtocolError, RemoteProtocolError
from protocol.messages import DOWN_TYPES, UP_TYPES
from protocol.writer import write
from tests.protocol.make_vectors import KID, key_for, signed, sizes

GOOD = codec.seal(sizes(UP_TYPES[5])[1][1], KID, key_for(True))

json_values: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def outcome(token: bytes) -> str:
    """ "" when accepted, else the reason of the refusal."""
    try:
        codec.unseal(token, KID, key_for(True), up=True)
    except RemoteProtocolError as refused:
        assert refused.reason in REASONS
        return refused.reason
    return ""


@given(st.binary(max_size=1500))
@example(b"..")
@example(b"." * 1200)
def test_noise(noise: bytes) -> None:
    assert outcome(noise) in {"malformed", "oversized", "header"}


@given(st.binary(max_size=700))
def test_noise_rightly_signed_as_claims(noise: bytes) -> None:
    assert outcome(signed(noise)) in {"malformed", "claims"}


@given(st.binary(max_size=200))
def test_noise_as_header(noise: bytes) -> None:
    assert outcome(signed(write(sizes(UP_TYPES[5])[1][1]), noise)) in {"malformed", "header"}


@given(json_values)
def test_any_json_rightly_signed(value: object) -> None:
    claims = json.dumps(value).encode()[:700]
    assert outcome(signed(claims)) == "claims"


@given(st.sampled_from([name for name, _ in UP_TYPES[5].FIELDS]), json_values)
def test_any_json_in_any_field_is_refused_or_means_itself(name: str, value: object) -> None:
    fields: dict[str, object] = {"v": 1, "type": "ok", **dict(sizes(UP_TYPES[5])[1][1].values())}
    fields[name] = value
    claims = json.dumps(fields, separators=(",", ":")).encode()
    token = signed(claims)
    if outcome(token) == "":
        message = codec.unseal(token, KID, key_for(True), up=True)
        assert write(message) == claims
        assert getattr(message, name) == value
    else:
        assert outcome(token) in {"claims", "oversized"}


@given(st.data())
def test_bytes_cut_doubled_or_changed(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, len(GOOD)))
    filling = data.draw(st.binary(max_size=8) | st.just(GOOD[start:end] * 2))
    changed = GOOD[:start] + filling + GOOD[end:]
    expected = changed == GOOD
    assert (outcome(changed) == "") == expected


def test_a_replayed_token_is_the_same_identity_again() -> None:
    first = codec.unseal(GOOD, KID, key_for(True), up=True)
    again = codec.unseal(bytes(bytearray(GOOD)), KID, key_for(True), up=True)
    assert isinstance(first, UP_TYPES)
    assert isinstance(again, UP_TYPES)
    assert (first.identity(), codec.sha(GOOD)) == (again.identity(), codec.sha(bytes(GOOD)))


@pytest.mark.parametrize("secret", [b"", b"short", bytes(31), bytes(33)])
def test_a_secret_of_another_size_is_our_own_fault(secret: bytes) -> None:
    with pytest.raises(LocalProtocolError):
        codec.up_key(secret)


@pytest.mark.parametrize("kid", ["", "P", "a/b", "a" * 33, "-a", "a\n"])
def test_an_unlawful_key_id_is_never_signed(kid: str) -> None:
    with pytest.raises(LocalProtocolError):
        codec.seal(sizes(DOWN_TYPES[0])[0][1], kid, key_for(False))


def test_no_refusal_costs_more_than_reading_would() -> None:
    """A hundred megabytes are refused by their length, not looked at."""
    huge = memoryview(bytes(100_000_000))
    with pytest.raises(RemoteProtocolError, match="oversized"):
        codec.unseal(huge, KID, key_for(True), up=True)  # type: ignore[arg-type]  # must not copy
