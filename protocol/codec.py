"""JWS compact serialisation (RFC 7515 section 3.1) with HS256 and a constant header.

The header is `{"alg":"HS256","kid":"<key id>"}` and nothing else: `alg` is never read from the
peer, so there is no algorithm to confuse. Up and down keys are derived from the pendant's secret
by one HKDF-Expand block (RFC 5869 section 2.3), so a message cannot be turned round.
"""

import binascii
import hashlib
import sys

from protocol.errors import LocalProtocolError, RemoteProtocolError
from protocol.record import Message, is_id
from protocol.writer import read, write

MAX_TOKEN_BYTES = 1200  # the largest lawful message is below; a test says so
SECRET_BYTES = 32
SHA_DIGITS = 32

_BLOCK = 64  # of SHA-256 (RFC 2104 section 2)
_UP_INFO = b"allswell pendant to hub v1"
_DOWN_INFO = b"allswell hub to pendant v1"

if sys.implementation.name == "micropython":

    def hmac_sha256(key: bytes, data: bytes) -> bytes:
        """HMAC (RFC 2104); MicroPython has no hmac module."""
        if len(key) > _BLOCK:
            key = hashlib.sha256(key).digest()
        key = key + bytes(_BLOCK - len(key))
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        inner.update(data)
        outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))
        outer.update(inner.digest())
        return outer.digest()

    def same(left: bytes, right: bytes) -> bool:
        """Equal, in a time that does not tell where they differ."""
        if len(left) != len(right):
            return False
        difference = 0
        for a, b in zip(left, right):
            difference |= a ^ b
        return difference == 0

else:
    import hmac

    def hmac_sha256(key: bytes, data: bytes) -> bytes:
        """HMAC (RFC 2104), by the standard library where there is one.

        Not `hmac.digest`: it lets go of the interpreter's lock for every token, and with the
        broker's threads at work the hub then waited longer for the lock than it signed.
        """
        return hmac.new(key, data, "sha256").digest()

    def same(left: bytes, right: bytes) -> bool:
        """Equal, in a time that does not tell where they differ."""
        return hmac.compare_digest(left, right)


def up_key(secret: bytes) -> bytes:
    return _derive(secret, _UP_INFO)


def down_key(secret: bytes) -> bytes:
    return _derive(secret, _DOWN_INFO)


def _derive(secret: bytes, info: bytes) -> bytes:
    if len(secret) != SECRET_BYTES:
        raise LocalProtocolError("a pendant's secret is %d bytes" % SECRET_BYTES)
    return hmac_sha256(secret, info + b"\x01")


def _encode(raw: bytes) -> bytes:
    text = binascii.b2a_base64(raw).rstrip(b"\n=")
    return text.replace(b"+", b"-").replace(b"/", b"_")


def _decode(part: bytes) -> bytes:
    """The bytes that `part` spells, if it is their one spelling (RFC 4648 sections 3.5 and 5)."""
    raw = b""
    try:
        raw = binascii.a2b_base64(
            part.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(part) % 4)
        )
    except ValueError:  # binascii.Error is one; the comparison below says what follows
        pass
    if not raw or _encode(raw) != part:
        raise RemoteProtocolError("malformed", "base64url")
    return raw


_HEADER_START = b'{"alg":"HS256","kid":"'
_HEADER_END = b'"}'


def _header(kid: str) -> bytes:
    return _encode(_HEADER_START + kid.encode() + _HEADER_END)


def seal(message: Message, kid: str, key: bytes) -> bytes:
    """The signed token. `key` is up_key or down_key of the secret that `kid` names."""
    if not is_id(kid):
        raise LocalProtocolError("unlawful key id %r" % kid)
    signed = _header(kid) + b"." + _encode(write(message))
    token = signed + b"." + _encode(hmac_sha256(key, signed))
    if len(token) > MAX_TOKEN_BYTES:
        raise LocalProtocolError("token of %d bytes" % len(token))
    return token


def _split(token: bytes) -> list[bytes]:
    if len(token) > MAX_TOKEN_BYTES:
        raise RemoteProtocolError("oversized", "%d bytes" % len(token))
    parts = bytes(token).split(b".")
    if len(parts) != 3:
        raise RemoteProtocolError("malformed", "%d parts" % len(parts))
    return parts


_HEADS: dict[bytes, str] = {}  # lawful headers already read, and their key ids
_MAX_HEADS = 4096  # a few thousand pendants; a flood of others costs only the reading


def key_id(token: bytes) -> str:
    """Which key the token says it was signed with. Proves nothing yet."""
    head = _split(token)[0]
    known = _HEADS.get(head)
    if known is not None:
        return known
    kid = _read_key_id(head)
    if len(_HEADS) >= _MAX_HEADS:
        _HEADS.clear()
    _HEADS[head] = kid
    return kid


def _read_key_id(head: bytes) -> str:
    header = _decode(head)
    if not header.startswith(_HEADER_START) or not header.endswith(_HEADER_END):
        raise RemoteProtocolError("header", "not our header")
    kid = ""
    try:
        kid = header[len(_HEADER_START) : -len(_HEADER_END)].decode()
    except UnicodeError:  # then kid stays unlawful; no `raise ... from` on the chip
        pass
    if not is_id(kid):
        raise RemoteProtocolError("header", "key id")
    return kid


def unseal(token: bytes, kid: str, key: bytes, up: bool) -> Message:
    """The message, proven to come from the holder of `key`. `up`: the direction we listen in."""
    head, claims, signature = _split(token)
    if _HEADS.get(head) != kid and head != _header(kid):
        key_id(token)  # says what is wrong with it; if nothing, it names
        raise RemoteProtocolError("header", "another key id")
    if not same(signature, _encode(hmac_sha256(key, head + b"." + claims))):
        _decode(signature)  # malformed, or else
        raise RemoteProtocolError("signature")
    return _direct(read(_decode(claims)), up)


def peek(token: bytes, up: bool) -> Message:
    """The message a token claims to hold, UNVERIFIED: for marking, never for trusting."""
    return _direct(read(_decode(_split(token)[1])), up)


def _direct(message: Message, up: bool) -> Message:
    if message.UP != up:
        raise RemoteProtocolError("direction", message.TYPE)
    return message


def sha(token: bytes) -> str:
    """First 32 hex digits of SHA-256 over the token: what a receipt names, so that it cannot
    answer for other bytes with the same identity."""
    return binascii.hexlify(hashlib.sha256(token).digest())[:SHA_DIGITS].decode()
