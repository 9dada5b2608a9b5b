"""Settings that cannot be read: what of them can still be used, key by key. Pure.

Rule: whatever bytes are on the flash, there are settings afterwards with which an SOS can be sent.
The spare first; then each key from whichever copy has it whole and lawful; then what an SOS needs
at least: a name (from the certificate, if need be), some key (a wrong one: the hub takes the SOS
as unverified), an address. What had to be made up is named, and never trusted.
"""

import binascii
import json

from firmware.pendant.settings import KEYS, Settings, load
from protocol.codec import SECRET_BYTES
from protocol.errors import LocalProtocolError
from protocol.record import is_id

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable

NEEDED = ("pendant", "key_id", "secret", "broker_host")
NOBODY = "unknown"
NOWHERE = "127.0.0.1"  # nothing listens on a pendant: each attempt ends at once
COMMON_NAME = b"\x55\x04\x03"  # 2.5.4.3 in DER (ITU-T X.520); a text with its length follows it
SPACE = b" \t\r\n:"


def recover(
    first: bytes, spare: bytes, cert: bytes, random_bytes: "Callable[[int], bytes]"
) -> "tuple[Settings, str, bool]":
    """The settings, what the hub is told of them, and whether she is: safe mode."""
    try:
        return load(str(spare, "utf-8")), "spare settings", False
    except (LocalProtocolError, UnicodeError):
        pass  # then piece by piece
    found: dict[str, object] = {}
    for key in KEYS:
        for blob in (first, spare):
            if key not in found:
                _take(found, blob, key)
    lost = [key for key in NEEDED if key not in found]
    _make_up(found, cert, random_bytes)
    said = "settings lost: " + " ".join(lost) if lost else "settings pieced together"
    return Settings(found), said, True


def _take(found: "dict[str, object]", blob: bytes, key: str) -> None:
    """The value of a key, where it is whole and lawful."""
    value = _value(blob, key)
    trial: dict[str, object] = {"pendant": NOBODY, "key_id": NOBODY, "broker_host": NOWHERE}
    trial["secret"] = "0" * 2 * SECRET_BYTES
    trial[key] = value
    try:
        Settings(trial)
    except LocalProtocolError:
        return
    found[key] = value


def _value(blob: bytes, key: str) -> object:
    """What stands behind `"key":`, as JSON; None if that is not whole."""
    at = blob.find(b'"' + key.encode() + b'"')
    if at < 0:
        return None
    at += len(key) + 2
    while at < len(blob) and blob[at] in SPACE:
        at += 1
    if blob[at : at + 1] == b'"':
        end = blob.find(b'"', at + 1) + 1
    else:
        end = at
        while end < len(blob) and blob[end] not in b",}" + SPACE:
            end += 1
    try:
        value: object = json.loads(str(blob[at:end], "utf-8"))
    except (ValueError, UnicodeError):
        return None
    return value


def _make_up(
    found: "dict[str, object]", cert: bytes, random_bytes: "Callable[[int], bytes]"
) -> None:
    # The certificate first: a broker by TLS hears it under that name and silently under no other.
    for name in (_common_name(cert), found.get("username"), found.get("key_id"), NOBODY):
        if "pendant" not in found and is_id(name):
            found["pendant"] = name
    if "key_id" not in found:
        found["key_id"] = found["pendant"]
    if "secret" not in found:
        found["secret"] = binascii.hexlify(random_bytes(SECRET_BYTES)).decode()
    if cert and "tls" not in found:
        found["tls"] = True
    if found.get("tls") and "broker_port" not in found:
        found["broker_port"] = 8883
    if "broker_host" not in found:
        found["broker_host"] = found.get("second_host") or NOWHERE
        if found.get("second_host"):
            found["broker_port"] = found.get("second_port", 8883)


def _common_name(cert: bytes) -> str:
    """Whom a certificate was issued to: the subject stands behind the issuer, so the last one."""
    at = cert.rfind(COMMON_NAME)
    if at < 0 or at + 5 > len(cert):
        return ""
    length = cert[at + 4]
    try:
        return str(cert[at + 5 : at + 5 + length], "utf-8")
    except UnicodeError:
        return ""
