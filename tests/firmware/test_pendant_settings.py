"""What a pendant is told at provisioning: taken whole, or refused by name before it acts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.pendant.settings import KEYS, load
from protocol.errors import LocalProtocolError

GOOD: dict[str, object] = {
    "pendant": "p07",
    "key_id": "k07",
    "secret": "00ff" * 16,
    "broker_host": "127.0.0.1",
}


def test_defaults() -> None:
    settings = load(json.dumps(GOOD))
    assert (settings.pendant, settings.key_id) == ("p07", "k07")
    assert settings.secret == bytes.fromhex("00ff" * 16)
    assert (settings.broker_host, settings.broker_port) == ("127.0.0.1", 1883)
    assert (settings.username, settings.password) == ("", "")
    assert (settings.beat_s, settings.offduty_beat_s, settings.quiet) == (10, 60, False)


def test_everything_told() -> None:
    told = {
        "broker_port": 8883,
        "username": "p07",
        "password": "s3cret",
        "beat_s": 1,
        "offduty_beat_s": 3600,
        "quiet": True,
    }
    settings = load(json.dumps(GOOD | told))
    for key, value in told.items():
        assert getattr(settings, key) == value
    assert set(KEYS) == set(GOOD) | set(told)


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("pendant", None, "a-z"),
        ("pendant", "P07", "a-z"),
        ("pendant", "p 7", "a-z"),
        ("pendant", "p" * 33, "a-z"),
        ("key_id", 7, "a-z"),
        ("key_id", "-k", "a-z"),
        ("secret", "00", "64 hexadecimal"),
        ("secret", "zz" * 32, "64 hexadecimal"),
        ("secret", 5, "64 hexadecimal"),
        ("broker_host", "", "text"),
        ("broker_host", "h\u00e9", "ASCII"),
        ("broker_host", "h" * 129, "128"),
        ("broker_port", 0, "1 to 65535"),
        ("broker_port", 65536, "1 to 65535"),
        ("broker_port", "1883", "1 to 65535"),
        ("broker_port", True, "1 to 65535"),
        ("username", 3, "text"),
        ("password", "a\nb", "ASCII"),
        ("beat_s", 0, "1 to 3600"),
        ("beat_s", 1.5, "1 to 3600"),
        ("offduty_beat_s", 3601, "1 to 3600"),
        ("quiet", "yes", "true or false"),
        ("quiet", 1, "true or false"),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_what_is_allowed(
    key: str, value: object, allowed: str
) -> None:
    with pytest.raises(LocalProtocolError, match=key) as refusal:
        load(json.dumps(GOOD | {key: value}))
    assert allowed in str(refusal.value)


def test_a_secret_is_never_repeated_in_a_refusal() -> None:
    with pytest.raises(LocalProtocolError) as refusal:
        load(json.dumps(GOOD | {"secret": "ab" * 31}))
    assert "abab" not in str(refusal.value)


def test_a_misspelt_key_is_refused_with_those_that_exist() -> None:
    with pytest.raises(LocalProtocolError, match=r"beats.*offduty_beat_s"):
        load(json.dumps(GOOD | {"beats": 10}))


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", '"x"', "[" * 100_000])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(LocalProtocolError, match="settings"):
        load(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=10))
def test_whatever_json_holds_is_taken_or_refused(values: dict[str, object]) -> None:
    try:
        settings = load(json.dumps(GOOD | values))
    except LocalProtocolError:
        return
    assert 1 <= settings.beat_s <= 3600 and 1 <= settings.broker_port <= 65535
