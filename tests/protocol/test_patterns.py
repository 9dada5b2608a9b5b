"""The hub's quick reader accepts what the field-by-field reader accepts, and reads the same."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import writer
from protocol.errors import RemoteProtocolError
from protocol.messages import DOWN_TYPES, UP_TYPES
from protocol.patterns import LineReader
from protocol.record import MAX_COUNT, MAX_INT, MAX_LIST, MAX_SEQ, OPEN_LETTERS, Message

CLASSES = UP_TYPES + DOWN_TYPES
BOOT = "0123456789abcdef"
PRESS = BOOT + ".1"
TEXT = "".join(char for char in string.printable[:95] if char not in '"\\')
VALUES: dict[str, list[object]] = {
    "int": [0, 1, MAX_INT],
    "seq": [1, MAX_SEQ],
    "count": [0, 7, MAX_COUNT],
    "bool": [True, False],
    "text": ["", "a", TEXT[:64], TEXT[-64:]],
    "id": ["a", "0-9", "a" * 32],
    "id?": ["", "v-1"],
    "boot": [BOOT],
    "press": [PRESS],
    "press?": ["", BOOT + ".99999999999"],
    "presses": [[], [PRESS], [PRESS] * MAX_LIST],
    "opens": [[], [PRESS + "s"], [PRESS + letter for letter in OPEN_LETTERS * 2]],
}


def _lines(cls: type[Message]) -> st.SearchStrategy[bytes]:
    fields = {name: st.sampled_from(VALUES[kind]) for name, kind in cls.FIELDS}
    return st.fixed_dictionaries(fields).map(lambda values: writer.write(cls(**values)))


QUICK = [LineReader(cls, f'{{"v":{writer.WIRE_VERSION},"type":"{cls.TYPE}"') for cls in CLASSES]
LAWFUL = st.sampled_from(CLASSES).flatmap(_lines)


def _outcome(reader: object, line: bytes) -> object:
    assert callable(reader)
    try:
        message = reader(line)
    except RemoteProtocolError as exc:
        return exc.reason
    return message, message.values()


def _quick(line: bytes) -> Message | None:
    """The expression alone, without the slow reader behind it."""
    for reader in QUICK:
        found = reader.read(line.decode("ascii", "replace"))
        if found is not None:
            return found
    return None


@given(LAWFUL)
def test_every_lawful_line_is_read_by_the_expression(line: bytes) -> None:
    found = _quick(line)
    assert found is not None
    assert found == writer.read_slowly(line)
    assert writer.write(found) == line


@given(LAWFUL, st.data())
def test_a_damaged_line_is_judged_alike(line: bytes, data: st.DataObject) -> None:
    """One byte changed, dropped or doubled: whatever one reader says, the other says too."""
    at = data.draw(st.integers(0, len(line) - 1))
    byte = data.draw(st.integers(0, 255))
    how = data.draw(st.sampled_from(("change", "drop", "double", "insert")))
    put = {"change": bytes([byte]), "drop": b"", "double": line[at : at + 1] * 2}
    middle = put.get(how, bytes([byte]) + line[at : at + 1])
    damaged = line[:at] + middle + line[at + 1 :]
    assert _outcome(writer.read, damaged) == _outcome(writer.read_slowly, damaged)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seq":1,', b'"seq":0,'),
        (b'"seq":1,', b'"seq":100000000000,'),
        (b'"heard_ms":0,', b'"heard_ms":9007199254740992,'),
        (b'"heard_ms":0,', b'"heard_ms":00,'),
        (b'"heard_ms":0,', b'"heard_ms":-0,'),
        (b'"heard_ms":0,', b'"heard_ms":0.0,'),
        (b'"heard_ms":0,', b'"heard_ms":true,'),
        (b'"pendant":"a"', b'"pendant":"-a"'),
        (b'"pendant":"a"', b'"pendant":"a-"'),
        (b'"pendant":"a"', b'"pendant":"' + b"a" * 33 + b'"'),
        (b'"pendant":"a"', '"pendant":"٣"'.encode()),
        (b"}", b"}\n"),
        (b'"v":1', b'"v":2'),
    ],
)
def test_what_is_just_beyond_the_edge_is_refused_by_both(old: bytes, new: bytes) -> None:
    line = (
        b'{"v":1,"type":"ok","pendant":"a","boot":"0123456789abcdef","seq":1,"heard_ms":0,'
        b'"since_ms":0,"standing":0,"phase":"inside","gesture":"a-short"}'
    )
    assert writer.read(line) == writer.read_slowly(line)
    damaged = line.replace(old, new)
    assert damaged != line
    assert _quick(damaged) is None
    assert _outcome(writer.read, damaged) == _outcome(writer.read_slowly, damaged) == "claims"


@pytest.mark.parametrize(
    "count", [b"65536", b"99999", b"100000", b"-1", b"03", b"3.0", b"true", b""]
)
def test_a_count_stops_where_the_pendant_stops_counting(count: bytes) -> None:
    line = (
        b'{"v":1,"type":"beat","pendant":"a","boot":"0123456789abcdef","seq":1,"heard_ms":0,'
        b'"since_ms":0,"standing":0,"phase":"inside","battery_pct":80,"signal_pct":60,"dropped":0,'
        b'"refused":3,"open":[]}'
    )
    assert _quick(line) == writer.read_slowly(line)
    damaged = line.replace(b'"refused":3', b'"refused":' + count)
    assert _quick(damaged) is None
    assert _outcome(writer.read, damaged) == _outcome(writer.read_slowly, damaged) == "claims"
