"""Round trips of every message class, and what may not even be built."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import codec
from protocol.errors import LocalProtocolError, RemoteProtocolError
from protocol.messages import ALARM_TYPES, DOWN_TYPES, UP_TYPES, open_parts, open_press
from protocol.record import (
    ID_ALPHABET,
    KINDS,
    MAX_COUNT,
    MAX_ID,
    MAX_INT,
    MAX_LIST,
    MAX_SEQ,
    MAX_TEXT,
    OPEN_LETTERS,
    TEXT_ALPHABET,
    Message,
    is_id,
    is_open_press,
    is_press,
    is_text,
)
from protocol.writer import read, write
from tests.protocol.make_vectors import KID, key_for, sizes

CLASSES = UP_TYPES + DOWN_TYPES

boots = st.text("0123456789abcdef", min_size=16, max_size=16)
presses = st.builds("{}.{}".format, boots, st.integers(1, MAX_SEQ))
ids = st.text(ID_ALPHABET, min_size=1, max_size=MAX_ID).filter(is_id)
BY_KIND: dict[str, st.SearchStrategy[object]] = {
    "int": st.integers(0, MAX_INT),
    "seq": st.integers(1, MAX_SEQ),
    "count": st.integers(0, MAX_COUNT),
    "bool": st.booleans(),
    "text": st.text(TEXT_ALPHABET, max_size=MAX_TEXT),
    "id": ids,
    "id?": st.just("") | ids,
    "boot": boots,
    "press": presses,
    "press?": st.just("") | presses,
    "presses": st.lists(presses, max_size=MAX_LIST),
    "opens": st.lists(
        st.builds("{}{}".format, presses, st.sampled_from(OPEN_LETTERS)), max_size=MAX_LIST
    ),
}


@st.composite
def messages(draw: st.DrawFn, cls: type[Message]) -> Message:
    return cls(**{name: draw(BY_KIND[kind]) for name, kind in cls.FIELDS})


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.integers(),
    st.floats(),
    st.text(max_size=80),
    st.binary(max_size=5),
    st.lists(st.text(max_size=5)),
    st.just(["0" * 16 + ".1"] * 9),
)


@pytest.mark.parametrize("cls", CLASSES)
@given(st.data())
def test_what_is_written_is_read(cls: type[Message], data: st.DataObject) -> None:
    message = data.draw(messages(cls))
    assert read(write(message)) == message


@pytest.mark.parametrize("cls", CLASSES)
@given(st.data())
def test_what_is_sealed_is_unsealed_by_its_own_key_only(
    cls: type[Message], data: st.DataObject
) -> None:
    message = data.draw(messages(cls))
    secret, other = data.draw(st.lists(st.binary(min_size=32, max_size=32), unique=True).filter(
        lambda found: len(found) > 1
    ).map(lambda found: found[:2]))  # fmt: skip
    token = codec.seal(message, KID, key_for(cls.UP, secret))
    assert codec.unseal(token, KID, key_for(cls.UP, secret), cls.UP) == message
    with pytest.raises(RemoteProtocolError) as refused:
        codec.unseal(token, KID, key_for(cls.UP, other), cls.UP)
    assert refused.value.reason == "signature"


@pytest.mark.parametrize("cls", CLASSES)
@given(st.data())
def test_an_unlawful_value_is_never_built(cls: type[Message], data: st.DataObject) -> None:
    name, kind = data.draw(st.sampled_from(cls.FIELDS))
    value = data.draw(anything)
    values = dict(sizes(cls)[1][1].values()) | {name: value}
    if KINDS[kind](value):
        assert getattr(cls(**values), name) == value
        assert read(write(cls(**values))) == cls(**values)
    else:
        with pytest.raises(LocalProtocolError):
            cls(**values)


@pytest.mark.parametrize("cls", CLASSES)
def test_missing_and_unknown_fields_are_our_own_fault(cls: type[Message]) -> None:
    values = dict(sizes(cls)[0][1].values())
    with pytest.raises(LocalProtocolError, match="unknown fields"):
        cls(**values, extra=1)
    for name in values:
        with pytest.raises(LocalProtocolError, match="lacks " + name):
            cls(**{key: value for key, value in values.items() if key != name})


def slow_is_made_of(alphabet: str, text: str) -> bool:
    return all(char in alphabet for char in text)


@given(st.text(max_size=40))
def test_ids_and_texts_are_what_their_alphabets_say(text: str) -> None:
    lawful = slow_is_made_of("abcdefghijklmnopqrstuvwxyz0123456789-", text)
    assert is_id(text) == (
        0 < len(text) <= 32 and lawful and not text.startswith("-") and not text.endswith("-")
    )
    assert is_text(text) == all(" " <= char <= "~" and char not in '"\\' for char in text)


@given(presses, st.integers(0, 27), st.characters())
def test_a_press_with_a_letter_changed(press: str, at: int, char: str) -> None:
    changed = press[:at] + char + press[at + 1 :]
    boot, _, number = changed.partition(".")
    expected = (
        len(boot) == 16
        and slow_is_made_of("0123456789abcdef", boot)
        and slow_is_made_of("0123456789", number)
        and 1 <= len(number) <= 11
        and number[0] != "0"
    )
    assert is_press(changed) == expected


def test_messages_are_equal_by_type_and_values() -> None:
    one, other = sizes(UP_TYPES[2])[1][1], sizes(UP_TYPES[3])[1][1]
    assert one.values() == other.values()
    assert one != other
    assert one == sizes(UP_TYPES[2])[1][1]
    assert len({one, other, sizes(UP_TYPES[2])[1][1]}) == 2
    assert "seq=41" in repr(one)


def test_an_identity_is_always_a_lawful_press() -> None:
    for cls in UP_TYPES:
        for _, message in sizes(cls):
            assert isinstance(message, UP_TYPES)
            assert is_press(message.identity())


def test_an_open_press_is_listed_with_the_letter_of_its_kind() -> None:
    press = "0123456789abcdef.7"
    listed = {cls.TYPE: open_press(press, cls.TYPE) for cls in ALARM_TYPES}
    assert listed == {
        "sos-pressed": press + "s",
        "sos-aborted": press + "a",
        "duress": press + "d",
        "duress-suspected": press + "q",
    }
    for kind, text in listed.items():
        assert is_open_press(text)
        assert open_parts(text) == (press, kind)
    with pytest.raises(ValueError, match="ok"):
        open_press(press, "ok")


@pytest.mark.parametrize("text", ["", "s", "0123456789abcdef.7", "0123456789abcdef.7x", None, 7])
def test_what_is_no_open_press(text: object) -> None:
    assert not is_open_press(text)


@pytest.mark.parametrize(
    "number", ["0", "07", "-7", "7 ", "", "123456789012", "7a", "\u0667", "1.7"]
)  # fmt: skip
def test_a_sequence_number_has_one_spelling(number: str) -> None:
    assert is_press("0123456789abcdef.99999999999")
    assert is_press("0123456789abcdef.7")
    assert not is_press("0123456789abcdef." + number)
    assert not is_press("0123456789abcdef" + number)
