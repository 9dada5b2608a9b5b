"""Makes protocol/asyncapi.yaml and the tables of docs/protocol.md from the message classes.

    python -m tests.protocol.make_contract

The rule it keeps: the classes are the contract; both papers are made from them, and tests make
them again and compare.
"""

from pathlib import Path

import yaml

import protocol
from protocol import codec, messages, record, topics
from protocol.messages import ALARM_TYPES, DOWN_TYPES, UP_TYPES, Beat
from protocol.record import Message
from protocol.writer import WIRE_VERSION

ASYNCAPI = Path(protocol.__file__).with_name("asyncapi.yaml")
PAGE = Path(protocol.__file__).parent.parent / "docs" / "protocol.md"

Schema = dict[str, object]

ID = "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?"
PRESS = r"[0-9a-f]{16}\.[1-9][0-9]{0,10}"
SCHEMAS: dict[str, Schema] = {
    "int": {"type": "integer", "minimum": 0, "maximum": record.MAX_INT},
    "seq": {"type": "integer", "minimum": 1, "maximum": record.MAX_SEQ},
    "count": {"type": "integer", "minimum": 0, "maximum": record.MAX_COUNT},
    "bool": {"type": "boolean"},
    "text": {"type": "string", "maxLength": record.MAX_TEXT, "pattern": r"^[ !#-\[\]-~]*$"},
    "id": {"type": "string", "maxLength": record.MAX_ID, "pattern": f"^{ID}$"},
    "id?": {"type": "string", "maxLength": record.MAX_ID, "pattern": f"^({ID})?$"},
    "boot": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    "press": {"type": "string", "pattern": f"^{PRESS}$"},
    "press?": {"type": "string", "pattern": f"^({PRESS})?$"},
    "presses": {
        "type": "array",
        "maxItems": record.MAX_LIST,
        "items": {"type": "string", "pattern": f"^{PRESS}$"},
    },
    "opens": {
        "type": "array",
        "maxItems": record.MAX_LIST,
        "items": {"type": "string", "pattern": f"^{PRESS}[{record.OPEN_LETTERS}]$"},
    },
}
KIND_WORDS = {
    "int": "whole number from 0 to 2^53 - 1",
    "seq": "whole number from 1 to 99999999999",
    "count": f"whole number from 0 to {record.MAX_COUNT}, where the counting stops",
    "bool": "`true` or `false`",
    "text": f"up to {record.MAX_TEXT} printable ASCII characters, without quote and backslash",
    "id": f"1 to {record.MAX_ID} lower-case letters, digits and inner hyphens",
    "id?": "an id, or the empty string",
    "boot": "16 lower-case hexadecimal digits, random at every start of a pendant",
    "press": "`<boot>.<seq>`: one press of one pendant, for ever",
    "press?": "a press, or the empty string",
    "presses": f"a list of up to {record.MAX_LIST} presses",
    "opens": f"a list of up to {record.MAX_LIST} presses, each with the letter of its kind",
}
LANES: dict[str, tuple[type[Message], ...]] = {
    "sos": ALARM_TYPES,
    "event": tuple(c for c in UP_TYPES if c not in ALARM_TYPES and c is not Beat),
    "beat": (Beat,),
}


def sentence(cls: type[Message]) -> str:
    return " ".join((cls.__doc__ or "").split())


def payload(cls: type[Message]) -> Schema:
    properties: Schema = {
        "v": {"type": "integer", "const": WIRE_VERSION},
        "type": {"type": "string", "const": cls.TYPE},
    }
    properties |= {name: {"$ref": "#/components/schemas/" + key(kind)} for name, kind in cls.FIELDS}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def key(kind: str) -> str:
    """A kind as a component's name, which may not hold a question mark."""
    return kind.replace("?", "-or-empty")


def channel(address: str, classes: tuple[type[Message], ...], description: str) -> Schema:
    return {
        "address": address,
        "description": description,
        "parameters": {"pendant": {"description": "The pendant's id, which is its user name too."}},
        "messages": {c.TYPE: {"$ref": "#/components/messages/" + c.TYPE} for c in classes},
    }


def channels() -> Schema:
    said = {
        "sos": "QoS 1, never retained. Nothing queues first; a revoked pendant has only this.",
        "event": "QoS 1, never retained. Signed once, resent byte-identical until the receipt.",
        "beat": "QoS 0. Sign of life; never stored on the pendant.",
    }
    made: Schema = {
        lane: channel(f"{topics.ROOT}/{{pendant}}/up/{lane}", classes, said[lane])
        for lane, classes in LANES.items()
    }
    made["down"] = channel(
        f"{topics.ROOT}/{{pendant}}/down",
        DOWN_TYPES,
        "QoS 0, never retained. Receipts, sent after the hub's commit, and standings.",
    )
    return made


def asyncapi() -> Schema:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "allswell, pendant and hub",
            "version": f"{WIRE_VERSION}.0.0",
            "license": {"name": "MIT"},
            "description": "Each MQTT payload is a JWS in compact serialisation (RFC 7515), HS256, "
            'header {"alg":"HS256","kid":"<key id>"}. The schemas below describe its claims. '
            "docs/protocol.md explains. Made by tests/protocol/make_contract.py.",
        },
        "defaultContentType": "application/jose",
        "channels": channels(),
        "operations": {
            **{
                f"hear-{lane}": {
                    "action": "receive",
                    "channel": {"$ref": f"#/channels/{lane}"},
                    "summary": f"The hub hears the {lane} lane.",
                }
                for lane in LANES
            },
            "answer": {
                "action": "send",
                "channel": {"$ref": "#/channels/down"},
                "summary": "The hub answers one pendant.",
            },
        },
        "components": {
            "messages": {
                c.TYPE: {
                    "name": c.TYPE,
                    "contentType": "application/jose",
                    "summary": sentence(c),
                    "payload": payload(c),
                }
                for c in UP_TYPES + DOWN_TYPES
            },
            "schemas": {
                key(kind): {"description": KIND_WORDS[kind], **schema}
                for kind, schema in SCHEMAS.items()
            },
        },
    }


def yaml_text() -> str:
    return yaml.safe_dump(asyncapi(), sort_keys=False, width=96, allow_unicode=False)


def message_rows() -> str:
    shared = [name for name, _ in messages.UpMessage.FIELDS]
    rows = ["| type | lane | its own fields | meaning |", "|---|---|---|---|"]
    for cls in UP_TYPES + DOWN_TYPES:
        lane = next((lane for lane, classes in LANES.items() if cls in classes), "down")
        own = [f"`{n}` {k}" for n, k in cls.FIELDS if not (cls.UP and n in shared)]
        rows.append(f"| `{cls.TYPE}` | {lane} | {', '.join(own)} | {sentence(cls)} |")
    return "\n".join(rows)


def kind_rows() -> str:
    rows = ["| kind | lawful |", "|---|---|"]
    return "\n".join(rows + [f"| {kind} | {words} |" for kind, words in KIND_WORDS.items()])


def limit_rows() -> str:
    largest = max(len(codec.seal(m, "k" * 32, bytes(32))) for m in largest_messages())
    limits = [
        ("`MAX_TOKEN_BYTES`", codec.MAX_TOKEN_BYTES, f"the largest lawful message takes {largest}"),
        ("`MAX_LIST`", record.MAX_LIST, "open presses in one message; older ones wait their turn"),
        ("`MAX_ID`", record.MAX_ID, "characters of an id"),
        ("`MAX_TEXT`", record.MAX_TEXT, "characters of a text"),
        ("`SECRET_BYTES`", codec.SECRET_BYTES, "of a pendant's secret"),
    ]
    rows = ["| limit | is | why |", "|---|---|---|"]
    return "\n".join(rows + [f"| {name} | {value} | {why} |" for name, value, why in limits])


def largest_messages() -> list[Message]:
    from tests.protocol.make_vectors import sizes

    return [sizes(cls)[2][1] for cls in UP_TYPES + DOWN_TYPES]


TABLES = {"messages": message_rows, "kinds": kind_rows, "limits": limit_rows}


def page_text(page: str) -> str:
    """The page with each table between its two marks made again."""
    for name, rows in TABLES.items():
        start, end = f"<!-- made: {name} -->\n", "<!-- end -->"
        found = page.count(start)
        if found == 1:
            before, _, rest = page.partition(start)
            page = before + start + rows() + "\n" + rest[rest.index(end) :]
        if found != 1:
            raise ValueError(f"docs/protocol.md has {found} places for the table {name!r}")
    return page


if __name__ == "__main__":
    ASYNCAPI.write_text(yaml_text(), encoding="ascii")
    PAGE.write_text(page_text(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
