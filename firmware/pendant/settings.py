"""What one pendant is told at provisioning: who it is, its secret, where its broker is.

Rule: a wrong value is refused by name, with what is allowed, before the pendant acts on any of it.
"""

import binascii
import json

from protocol.codec import SECRET_BYTES
from protocol.errors import LocalProtocolError
from protocol.record import is_id

MAX_WORD = 128  # user name, password, host name: longer ones are a pasted mistake
SERVER_NAME = "allswell-broker"  # what a broker's certificate must bear, whatever its address
MIN_BEAT_S = 1
MAX_BEAT_S = 3600


class Settings:
    """Read-only after `load`."""

    def __init__(self, values: dict[str, object]) -> None:
        self.pendant = _id(values, "pendant")
        self.key_id = _id(values, "key_id")
        self.secret = _secret(values)
        self.broker_host = _word(values, "broker_host", False)
        self.broker_port = _whole(values, "broker_port", 1883, 1, 65535)
        self.second_host = _word(values, "second_host", True)
        self.second_port = _whole(values, "second_port", 8883, 1, 65535)
        self.tls = _flag(values, "tls")
        self.server_name = _word(values, "server_name", False, SERVER_NAME)
        self.username = _word(values, "username", True)
        self.password = _word(values, "password", True)
        self.beat_s = _whole(values, "beat_s", 10, MIN_BEAT_S, MAX_BEAT_S)
        self.offduty_beat_s = _whole(values, "offduty_beat_s", 60, MIN_BEAT_S, MAX_BEAT_S)
        self.quiet = _flag(values, "quiet")
        self.sleep = _flag(values, "sleep")
        self.battery_mah = _whole(values, "battery_mah", 1000, 100, 20_000)
        self.visit_hours = _whole(values, "visit_hours", 2, 1, 24)

    def brokers(self) -> "list[tuple[str, int]]":
        """Host and port of each that it knows, in the order of its books."""
        first = [(self.broker_host, self.broker_port)]
        return first + [(self.second_host, self.second_port)] if self.second_host else first


KEYS = (
    "pendant",
    "key_id",
    "secret",
    "broker_host",
    "broker_port",
    "second_host",
    "second_port",
    "tls",
    "server_name",
    "username",
    "password",
    "beat_s",
    "offduty_beat_s",
    "quiet",
    "sleep",
    "battery_mah",
    "visit_hours",
)


def load(text: str) -> Settings:
    """Settings from a JSON object. Raises LocalProtocolError naming the key and what is allowed."""
    try:
        values = json.loads(text)
    except (ValueError, RuntimeError):  # the second: nested too deep, on both interpreters
        raise LocalProtocolError("settings: not JSON") from None
    if not isinstance(values, dict):
        raise LocalProtocolError("settings: must be a JSON object")
    unknown = sorted(str(key) for key in values if key not in KEYS)
    if unknown:
        raise LocalProtocolError(
            "settings: unknown key %s; allowed are %s" % (", ".join(unknown), ", ".join(KEYS))
        )
    return Settings(values)


def _refuse(key: str, allowed: str) -> LocalProtocolError:
    return LocalProtocolError("settings: %s must be %s" % (key, allowed))


def _id(values: dict[str, object], key: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not is_id(value):
        raise _refuse(key, "1 to 32 of a-z, 0-9 and inner hyphens")
    return value


def _secret(values: dict[str, object]) -> bytes:
    value = values.get("secret")
    allowed = "%d hexadecimal digits" % (2 * SECRET_BYTES)  # the value itself is never repeated
    if not isinstance(value, str) or len(value) != 2 * SECRET_BYTES:
        raise _refuse("secret", allowed)
    if not all(char in "0123456789abcdefABCDEF" for char in value):
        raise _refuse("secret", allowed)
    return binascii.unhexlify(value)


def _word(values: dict[str, object], key: str, may_be_empty: bool, default: str = "") -> str:
    value = values.get(key, default)
    if not isinstance(value, str) or len(value) > MAX_WORD or not (value or may_be_empty):
        raise _refuse(key, "a text of at most %d characters" % MAX_WORD)
    if not all(" " <= char <= "~" for char in value):
        raise _refuse(key, "printable ASCII")
    return value


def _whole(values: dict[str, object], key: str, default: int, low: int, high: int) -> int:
    value = values.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _refuse(key, "a whole number from %d to %d" % (low, high))
    return value


def _flag(values: dict[str, object], key: str) -> bool:
    value = values.get(key, False)
    if value is not True and value is not False:
        raise _refuse(key, "true or false")
    return value
