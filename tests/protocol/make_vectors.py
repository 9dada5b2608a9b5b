"""Makes protocol/vectors.json: what both interpreters must write, read and refuse, byte for byte.

    python -m tests.protocol.make_vectors

The rule it keeps: the file is never edited by hand; a test makes it again and compares. Changing
a vector of an old wire version is a break of the contract, not a repair of the file.
"""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import protocol
from protocol import codec
from protocol.messages import DOWN_TYPES, UP_TYPES
from protocol.record import MAX_COUNT, MAX_ID, MAX_INT, MAX_LIST, MAX_SEQ, MAX_TEXT, Message
from protocol.writer import write

VECTORS = Path(protocol.__file__).with_name("vectors.json")

KID = "p07"
SECRET = bytes(range(32))
PRESS = "00c0ffee00c0ffee.%d"

SMALLEST: dict[str, object] = {
    "int": 0, "seq": 1, "count": 0, "bool": False, "text": "", "id": "a", "id?": "",
    "boot": "0" * 16, "press": "0" * 16 + ".1", "press?": "", "presses": [],
    "opens": [],
}  # fmt: skip
LARGEST: dict[str, object] = {
    "int": MAX_INT, "seq": MAX_SEQ, "count": MAX_COUNT, "bool": False, "text": "~" * MAX_TEXT,
    "id": "z" * MAX_ID,
    "id?": "9-" * (MAX_ID // 2 - 1) + "9z", "boot": "f" * 16, "press": "f" * 16 + f".{MAX_SEQ}",
    "press?": "f" * 16 + f".{MAX_SEQ}", "presses": ["f" * 16 + f".{MAX_SEQ}"] * MAX_LIST,
    "opens": ["f" * 16 + f".{MAX_SEQ}q"] * MAX_LIST,
}  # fmt: skip
# What a Tuesday looks like.
TYPICAL: dict[str, object] = {
    "pendant": KID, "boot": "00c0ffee00c0ffee", "seq": 41, "heard_ms": 1795429800123,
    "since_ms": 7350, "standing": 12, "phase": "inside", "gesture": "a-short", "cause": "power",
    "firmware": "allswell 0.1.0 (unix)", "open": [PRESS % 17 + "s", PRESS % 23 + "d"],
    "battery_pct": 83, "signal_pct": 61, "dropped": 0, "refused": 3, "minutes": 15,
    "prompt": "call-back-3", "held_ms": 1240,
    "sha": "5e884898da28047151d0e56f8dc62927", "hub_ms": 1795429807501, "version": 13, "beat": 40,
    "valid_ms": 45000, "visit": "v-2026-11-23-04", "tracker": True, "go_in": PRESS % 9,
    "sos": PRESS % 23, "sos_state": "owned", "resolved": [PRESS % 17],
}  # fmt: skip


def sizes(cls: type[Message]) -> list[tuple[str, Message]]:
    """The smallest, an ordinary and the largest lawful message of a class."""
    return [
        ("smallest", cls(**{name: SMALLEST[kind] for name, kind in cls.FIELDS})),
        ("typical", cls(**{name: TYPICAL[name] for name, _ in cls.FIELDS})),
        ("largest", cls(**{name: LARGEST[kind] for name, kind in cls.FIELDS})),
    ]


def key_for(up: bool, secret: bytes = SECRET) -> bytes:
    return codec.up_key(secret) if up else codec.down_key(secret)


def message_vectors() -> list[dict[str, object]]:
    vectors: list[dict[str, object]] = []
    for cls in UP_TYPES + DOWN_TYPES:
        for size, message in sizes(cls):
            kid = "k" * MAX_ID if size == "largest" else KID
            token = codec.seal(message, kid, key_for(cls.UP))
            vectors.append({
                "name": f"{cls.TYPE}, {size}", "type": cls.TYPE, "up": cls.UP, "kid": kid,
                "values": dict(message.values()), "claims": write(message).decode(),
                "token": token.decode(), "sha": codec.sha(token),
            })  # fmt: skip
    return vectors


def b64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def signed(claims: bytes, header: bytes = b'{"alg":"HS256","kid":"p07"}', up: bool = True) -> bytes:
    """A token whose signature is right, whatever stands in it."""
    body = b64(header) + b"." + b64(claims)
    return body + b"." + b64(hmac.digest(key_for(up), body, "sha256"))


def refusals() -> list[tuple[str, str, bytes]]:
    """(name, expected reason, token): read as the up message of pendant p07."""
    ok = sizes(UP_TYPES[5])[1][1]
    assert ok.TYPE == "ok"
    claims = write(ok)
    good = codec.seal(ok, KID, key_for(True))
    return (
        shape_refusals(good)
        + header_refusals(claims)
        + signature_refusals(ok, good)
        + [("claims left out", "malformed", signed(b""))]
        + [("claims " + name, "claims", signed(bad)) for name, bad in bad_claims(claims)]
    )


def shape_refusals(good: bytes) -> list[tuple[str, str, bytes]]:
    head, claims, signature = good.split(b".")
    # 32 bytes leave two unused bits in the last of 43 letters: these four spell one signature
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(signature[-1]) ^ 1]
    return [
        ("empty", "malformed", b""),
        ("two parts", "malformed", head + b"." + claims),
        ("four parts", "malformed", good + b"."),
        ("too long by one byte", "oversized", b"A" * (codec.MAX_TOKEN_BYTES + 1)),
        ("huge", "oversized", good + b"A" * 100_000),
        ("no header", "malformed", b"." + claims + b"." + signature),
        ("no signature", "malformed", head + b"." + claims + b"."),
        ("padded signature", "malformed", good + b"="),
        ("line end", "malformed", good + b"\n"),
        ("unused bits set", "malformed", good[:-1] + bytes([last])),
        ("plus in the signature", "malformed", good[:-1] + b"+"),
        ("slash in the signature", "malformed", good[:-1] + b"/"),
        ("space in the signature", "malformed", good[:-1] + b" "),
        ("letter that is no base64", "malformed", good[:-1] + b"\xff"),
        ("one letter too few", "signature", head + b"." + claims + b"." + signature[:-3]),
        ("header in one letter", "malformed", b"e." + claims + b"." + signature),
    ]


def header_refusals(claims: bytes) -> list[tuple[str, str, bytes]]:
    headers = {
        "alg none": b'{"alg":"none","kid":"p07"}',
        "alg HS512": b'{"alg":"HS512","kid":"p07"}',
        "alg hs256": b'{"alg":"hs256","kid":"p07"}',
        "extra field": b'{"alg":"HS256","kid":"p07","jku":"http://127.0.0.1/"}',
        "crit": b'{"alg":"HS256","crit":["b64"],"b64":false,"kid":"p07"}',
        "alg twice": b'{"alg":"HS256","kid":"p07","alg":"none"}',
        "other order": b'{"kid":"p07","alg":"HS256"}',
        "space": b'{"alg": "HS256","kid":"p07"}',
        "no kid": b'{"alg":"HS256"}',
        "empty kid": b'{"alg":"HS256","kid":""}',
        "kid in capitals": b'{"alg":"HS256","kid":"P07"}',
        "kid climbs": b'{"alg":"HS256","kid":"../p07"}',
        "kid wildcard": b'{"alg":"HS256","kid":"+"}',
        "kid too long": b'{"alg":"HS256","kid":"' + b"p" * 33 + b'"}',
        "kid not UTF-8": b'{"alg":"HS256","kid":"\xff\xfe"}',
        "kid beyond ASCII": '{"alg":"HS256","kid":"pé"}'.encode(),
        "kid escaped": b'{"alg":"HS256","kid":"\\u0070"}',
        "another key id": b'{"alg":"HS256","kid":"p08"}',
        "not JSON": b"\x00\x01\x02",
    }
    return [("header " + name, "header", signed(claims, head)) for name, head in headers.items()]


def signature_refusals(ok: Message, good: bytes) -> list[tuple[str, str, bytes]]:
    head, claims, signature = good.split(b".")
    other = hashlib.sha256(b"another pendant").digest()
    body = head + b"." + claims
    sha512 = b64(hmac.digest(key_for(True), body, "sha512"))
    up_receipt = sizes(DOWN_TYPES[0])[1][1]
    return [
        ("another pendant's key", "signature", codec.seal(ok, KID, key_for(True, other))),
        ("the secret itself as key", "signature", codec.seal(ok, KID, SECRET)),
        ("signed with the down key", "signature", codec.seal(ok, KID, key_for(False))),
        ("HS512 under our header", "signature", body + b"." + sha512),
        ("claims swapped", "signature", head + b"." + b64(b"{}") + b"." + signature),
        ("a down message, signed up", "direction", signed(write(up_receipt))),
    ]


BAD_NUMBERS: dict[str, bytes] = {
    "float": b"41.0", "exponent": b"41e0", "thousand as 1e3": b"1e3", "negative": b"-1",
    "minus zero": b"-0", "zero sequence": b"0", "beyond eleven digits": b"100000000000",
    "beyond 2^53": b"9007199254740992", "four hundred digits": b"4" * 400,
    "leading zero": b"041", "plus": b"+41", "NaN": b"NaN", "Infinity": b"Infinity",
    "huge exponent": b"1e999", "true as number": b"true", "null": b"null",
    "number in quotes": b'"41"', "list": b"[41]", "object": b'{"a":41}', "hex": b"0x29",
    "nothing": b"",
}  # fmt: skip
BAD_TEXTS: dict[str, bytes] = {
    "capital": b'"Inside"', "escape": b'"\\u0069nside"', "lone surrogate": b'"\\ud800"',
    "bad UTF-8": b'"\xff\xfe"', "overlong UTF-8": b'"\xc0\xaf"', "NUL": b'"a\x00b"',
    "escaped NUL": b'"a\\u0000b"', "number": b"7", "bool": b"false", "null": b"null",
    "empty": b'""', "slash": b'"a/b"', "too long": b'"' + b"i" * 33 + b'"', "open": b'"inside',
    "hyphen first": b'"-inside"', "single quotes": b"'inside'",
}  # fmt: skip


def put(claims: bytes, old: bytes, new: bytes) -> bytes:
    assert claims.count(old) == 1, old
    return claims.replace(old, new)


def bad_claims(good: bytes) -> list[tuple[str, bytes]]:
    """Rightly signed, and still not a message of ours in its one spelling."""
    return (
        bad_objects(good)
        + [("sequence " + n, put(good, b":41,", b":" + v + b",")) for n, v in BAD_NUMBERS.items()]
        + [("phase " + n, put(good, b'"inside"', v)) for n, v in BAD_TEXTS.items()]
    )


def bad_objects(good: bytes) -> list[tuple[str, bytes]]:
    whole = {
        "no object": b"[1,2]",
        "a number": b"1",
        "a string": b'"ok"',
        "null": b"null",
        "empty object": b"{}",
        "cut": good[:-1],
        "rest": good + b"}",
        "trailing comma": good[:-1] + b",}",
        "space before": b" " + good,
        "space after": good + b" ",
        "line end": good + b"\n",
        "byte order mark": b"\xef\xbb\xbf" + good,
        "UTF-16": good.decode().encode("utf-16"),
        "deep lists": b"[" * 800,
        "deep objects": b'{"a":' * 160,
        "deep and closed": b"[" * 400 + b"]" * 400,
        "deep in a field": put(good, b'"inside"', b"[" * 250 + b"]" * 250),
        "list as key": b"{[1]:2}",
        "number as key": b'{1:2,"type":"ok"}',
        "not UTF-8": b"\xff" * 40,
        "zeros": b"\x00" * 40,
        "type twice": good[:-1] + b',"type":"ok"}',
        "field twice": good[:-1] + b',"seq":41}',
        "first of two fields wins": put(good, b'"seq":41', b'"seq":1,"seq":41'),
        "extra field": good[:-1] + b',"x":1}',
        "field missing": put(good, b',"seq":41', b""),
        "other order": put(good, b'"v":1,"type":"ok"', b'"type":"ok","v":1'),
        "space within": put(good, b'"seq":41', b'"seq": 41'),
        "tab within": put(good, b'"seq":41', b'"seq"\t:41'),
        "escaped name": put(good, b'"seq"', b'"\\u0073eq"'),
        "unknown type": put(good, b'"ok"', b'"OK"'),
        "type is a list": put(good, b'"ok"', b'["ok"]'),
        "type is an object": put(good, b'"ok"', b'{"ok":1}'),
        "type missing": put(good, b',"type":"ok"', b""),
        "type of another class": put(good, b'"ok"', b'"beat"'),
        "version 2": put(good, b'"v":1', b'"v":2'),
        "version 1.0": put(good, b'"v":1', b'"v":1.0'),
        "version true": put(good, b'"v":1', b'"v":true'),
        "version missing": put(good, b'"v":1,', b""),
        "dunder as field": put(good, b'"seq"', b'"__class__"'),
        "self as field": put(good, b'"seq"', b'"self"'),
        "thousand spaces": b"{" + b" " * 600 + good[1:],
    }
    return list(whole.items())


def vectors() -> dict[str, object]:
    return {
        "about": "Made by tests/protocol/make_vectors.py; never edited by hand.",
        "secret": SECRET.hex(),
        "up_key": key_for(True).hex(),
        "down_key": key_for(False).hex(),
        "messages": message_vectors(),
        "refused": [
            # a token of bytes beyond ASCII is given in hex; a repeated letter is not written out
            {"name": name, "reason": reason, "token_hex": token[: codec.MAX_TOKEN_BYTES + 1].hex()}
            for name, reason, token in refusals()
        ],
    }


def text() -> str:
    return json.dumps(vectors(), indent=1) + "\n"


if __name__ == "__main__":
    VECTORS.write_text(text(), encoding="ascii")
