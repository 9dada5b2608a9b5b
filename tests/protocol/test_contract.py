"""The two papers of the contract agree with the classes, field by field."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from protocol import topics
from protocol.errors import REASONS
from protocol.messages import ALARM_STATES, DOWN_TYPES, GESTURES, PHASES, UP_TYPES
from protocol.record import KINDS, Message
from protocol.writer import WIRE_VERSION
from tests.protocol.make_contract import ASYNCAPI, KIND_WORDS, PAGE, page_text, yaml_text
from tests.protocol.make_vectors import VECTORS

CLASSES = UP_TYPES + DOWN_TYPES
PAPER: dict[str, Any] = yaml.safe_load(ASYNCAPI.read_text(encoding="ascii"))
# Written out here, not taken from the generator: the JSON type of each kind of field.
JSON_TYPES = {
    "int": "integer", "seq": "integer", "count": "integer", "bool": "boolean", "presses": "array",
    "opens": "array", "text": "string", "id": "string", "id?": "string", "boot": "string",
    "press": "string", "press?": "string",
}  # fmt: skip


def test_the_papers_are_what_the_script_makes() -> None:
    assert ASYNCAPI.read_text(encoding="ascii") == yaml_text()
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_text(page)


@pytest.mark.parametrize("cls", CLASSES)
def test_each_class_field_by_field(cls: type[Message]) -> None:
    payload = PAPER["components"]["messages"][cls.TYPE]["payload"]
    names = ["v", "type"] + [name for name, _ in cls.FIELDS]
    assert list(payload["properties"]) == names == payload["required"]
    assert payload["additionalProperties"] is False
    assert payload["properties"]["v"]["const"] == WIRE_VERSION
    assert payload["properties"]["type"]["const"] == cls.TYPE
    for name, kind in cls.FIELDS:
        schema = PAPER["components"]["schemas"][
            payload["properties"][name]["$ref"].rsplit("/", 1)[1]
        ]
        assert schema["type"] == JSON_TYPES[kind], name


def test_no_message_is_missing_or_left_over() -> None:
    assert set(PAPER["components"]["messages"]) == {cls.TYPE for cls in CLASSES}
    carried = [name for channel in PAPER["channels"].values() for name in channel["messages"]]
    assert sorted(carried) == sorted(cls.TYPE for cls in CLASSES)


def test_the_channels_are_the_topics() -> None:
    found = {name: c["address"].format(pendant="p07") for name, c in PAPER["channels"].items()}
    lanes = {lane: topics.up("p07", lane) for lane in topics.UP_LANES}
    assert found == {**lanes, "down": topics.down("p07")}


def validator(kind: str) -> Draft202012Validator:
    schema = PAPER["components"]["messages"][kind]["payload"]
    return Draft202012Validator({**schema, "components": PAPER["components"]})


def test_the_schemas_are_schemas() -> None:
    for schema in PAPER["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert set(JSON_TYPES) == set(KINDS) == set(KIND_WORDS)


def test_the_schemas_accept_every_golden_vector() -> None:
    for vector in json.loads(VECTORS.read_text(encoding="ascii"))["messages"]:
        validator(vector["type"]).validate(json.loads(vector["claims"]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seq", 0), ("seq", 10**11), ("since_ms", -1), ("since_ms", 2**53), ("since_ms", 1.5),
        ("phase", "Inside"), ("phase", ""), ("phase", "a" * 33), ("phase", "-a"),
        ("boot", "0" * 15),
        ("boot", "G" * 16), ("open", ["0" * 16 + ".0"]), ("open", ["0" * 16 + ".1"] * 9),
        ("firmware", 'a"b'), ("firmware", "a\\b"), ("firmware", "é"), ("firmware", "x" * 65),
        ("open", None), ("extra", 1),
    ],
)  # fmt: skip
def test_the_schemas_refuse_what_the_code_refuses(name: str, value: object) -> None:
    vectors = json.loads(VECTORS.read_text(encoding="ascii"))["messages"]
    claims = json.loads(next(v["claims"] for v in vectors if v["name"] == "booted, typical"))
    kind = dict(UP_TYPES[0].FIELDS).get(name)
    assert kind is None or not KINDS[kind](value)
    assert not validator("booted").is_valid(claims | {name: value})


def test_the_page_names_every_reason_gesture_phase_and_state() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for reason in REASONS:
        assert f"\n| `{reason}` |" in page, reason
    for words in (GESTURES, PHASES, ALARM_STATES):
        assert " ".join(words) in page.replace("\n", " ")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    reasons = rows[-len(REASONS) :]
    assert [row.split("`")[1] for row in reasons] == list(REASONS)
