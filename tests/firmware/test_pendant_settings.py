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


AN_ID = "1 to 32 of a-z, 0-9 and inner hyphens"
HEXADECIMAL = "64 hexadecimal digits"
A_TEXT = "a text of at most 128 characters"
PRINTABLE = "printable ASCII"


def test_defaults() -> None:
    settings = load(json.dumps(GOOD))
    assert (settings.pendant, settings.key_id) == ("p07", "k07")
    assert settings.secret == bytes.fromhex("00ff" * 16)
    assert (settings.broker_host, settings.broker_port) == ("127.0.0.1", 1883)
    assert settings.brokers() == [("127.0.0.1", 1883)]
    assert (settings.second_host, settings.second_port) == ("", 8883)
    assert (settings.tls, settings.server_name) == (False, "allswell-broker")
    assert (settings.username, settings.password) == ("", "")
    assert (settings.beat_s, settings.offduty_beat_s, settings.quiet) == (10, 60, False)


def test_everything_told() -> None:
    told = {
        "broker_port": 8883,
        "second_host": "192.0.2.7",
        "second_port": 8884,
        "tls": True,
        "server_name": "our-broker",
        "username": "p07",
        "password": "s3cret",
        "beat_s": 1,
        "offduty_beat_s": 3600,
        "quiet": True,
        "sleep": True,
        "battery_mah": 600,
        "visit_hours": 3,
    }
    settings = load(json.dumps(GOOD | told))
    for key, value in told.items():
        assert getattr(settings, key) == value
    assert settings.brokers() == [("127.0.0.1", 8883), ("192.0.2.7", 8884)]
    assert set(KEYS) == set(GOOD) | set(told)


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("pendant", None, AN_ID),
        ("pendant", "P07", AN_ID),
        ("pendant", "p 7", AN_ID),
        ("pendant", "p" * 33, AN_ID),
        ("key_id", 7, AN_ID),
        ("key_id", "-k", AN_ID),
        ("secret", "00", HEXADECIMAL),
        ("secret", "zz" * 32, HEXADECIMAL),
        ("secret", 5, HEXADECIMAL),
        ("broker_host", "", A_TEXT),
        ("broker_host", "h\u00e9", PRINTABLE),
        ("broker_host", "h" * 129, A_TEXT),
        ("broker_port", 0, "a whole number from 1 to 65535"),
        ("broker_port", 65536, "a whole number from 1 to 65535"),
        ("broker_port", "1883", "a whole number from 1 to 65535"),
        ("broker_port", True, "a whole number from 1 to 65535"),
        ("second_host", 4, A_TEXT),
        ("second_port", 0, "a whole number from 1 to 65535"),
        ("tls", "yes", "true or false"),
        ("server_name", "", A_TEXT),
        ("server_name", "b\u00f6se", PRINTABLE),
        ("username", 3, A_TEXT),
        ("password", "a\nb", PRINTABLE),
        ("beat_s", 0, "a whole number from 1 to 3600"),
        ("beat_s", 1.5, "a whole number from 1 to 3600"),
        ("offduty_beat_s", 3601, "a whole number from 1 to 3600"),
        ("quiet", "yes", "true or false"),
        ("quiet", 1, "true or false"),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_what_is_allowed(
    key: str, value: object, allowed: str
) -> None:
    with pytest.raises(LocalProtocolError, match=key) as refusal:
        load(json.dumps(GOOD | {key: value}))
    assert str(refusal.value) == f"settings: {key} must be {allowed}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pendant", "p" * 32),
        ("broker_host", "h" * 128),
        ("broker_port", 1),
        ("broker_port", 65535),
        ("username", " " + "u" * 126 + "~"),
        ("beat_s", 3600),
        ("offduty_beat_s", 1),
    ],
)
def test_the_last_lawful_value_is_taken(key: str, value: object) -> None:
    assert getattr(load(json.dumps(GOOD | {key: value})), key) == value


def test_a_secret_may_be_written_in_capitals() -> None:
    told = "0123456789abcdefABCDEF" + "aA" * 21
    assert load(json.dumps(GOOD | {"secret": told})).secret == bytes.fromhex(told)


def test_a_secret_is_never_repeated_in_a_refusal() -> None:
    with pytest.raises(LocalProtocolError) as refusal:
        load(json.dumps(GOOD | {"secret": "ab" * 31}))
    assert "abab" not in str(refusal.value)


def test_a_misspelt_key_is_refused_with_those_that_exist() -> None:
    with pytest.raises(LocalProtocolError) as refusal:
        load(json.dumps(GOOD | {"beats": 10, "Quiet": True}))
    keys = ", ".join(KEYS)
    assert str(refusal.value) == f"settings: unknown key Quiet, beats; allowed are {keys}"


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(LocalProtocolError, match=r"^settings: not JSON$"):
        load(text)


@pytest.mark.parametrize("text", ["[]", "7", "null", '"x"'])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(LocalProtocolError, match=r"^settings: must be a JSON object$"):
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
