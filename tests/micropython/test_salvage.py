"""Safe mode: whatever bytes the settings are, there are settings, and an SOS goes out with them."""

import binascii
import json

from firmware.pendant.device import Device
from firmware.pendant.salvage import recover
from firmware.pendant.settings import KEYS, load
from protocol import codec, topics
from protocol.errors import LocalProtocolError, RemoteProtocolError
from tests.firmware.fake_hub import KEY_ID, PENDANT, SECRET
from tests.firmware.harness import Bench, settings

VALUES: dict[str, object] = {
    "pendant": PENDANT, "key_id": KEY_ID, "secret": binascii.hexlify(SECRET).decode(),
    "broker_host": "192.0.2.7", "broker_port": 8883, "second_host": "192.0.2.8", "tls": True,
    "username": PENDANT, "password": "x", "beat_s": 5, "quiet": True, "sleep": True,
    "battery_mah": 600,
}  # fmt: skip
WHOLE = json.dumps(VALUES).encode()
# Subject and issuer of a certificate, as much as is read of it: two common names.
CERT = b"..\x55\x04\x03\x0c\x0ballswell-ca..\x55\x04\x03\x0c\x03p07.."


def fixed(count: int) -> bytes:
    return b"\x5a" * count


def without(*keys: str) -> bytes:
    left = {}
    for key in VALUES:
        if key not in keys:
            left[key] = VALUES[key]
    return json.dumps(left).encode()


def test_a_whole_spare_is_as_good_as_the_first() -> None:
    for first in (b"", b"\xff\xfe", b"{", WHOLE[:40]):
        found, said, safe_mode = recover(first, WHOLE, b"", fixed)
        assert (said, safe_mode) == ("spare settings", False)
        assert (found.pendant, found.secret, found.beat_s) == (PENDANT, SECRET, 5)


def test_each_key_is_taken_from_the_copy_that_has_it_whole() -> None:
    at = len(WHOLE) // 2
    first, spare = WHOLE[:at], b"\x00" * (at - 30) + WHOLE[at - 30 :]
    found, said, safe_mode = recover(first, spare, b"", fixed)
    assert (said, safe_mode) == ("settings pieced together", True)
    whole = load(WHOLE.decode())
    for key in KEYS:
        assert getattr(found, key) == getattr(whole, key), key


def test_what_an_sos_needs_is_made_up_and_named() -> None:
    found, said, _safe = recover(b"", b"", b"", fixed)
    assert said == "settings lost: pendant key_id secret broker_host"
    assert (found.pendant, found.key_id, found.tls) == ("unknown", "unknown", False)
    assert found.secret == fixed(32)
    found, said, _safe = recover(without("secret", "broker_host") + b"!", b"", b"", fixed)
    assert said == "settings lost: secret broker_host"
    assert (found.broker_host, found.broker_port) == ("192.0.2.8", 8883)
    assert found.pendant == PENDANT


def test_the_name_is_found_in_what_else_bears_it() -> None:
    for first, cert, name in (
        (without("pendant") + b"!", b"", PENDANT),  # the user name
        (b'{"key_id": "k07"', CERT, "p07"),  # to the broker it is whom the certificate names
        (b'{"key_id": "k07"', b"", "k07"),
        (b"", CERT, "p07"),
        (b"", CERT[:-3], "p0"),
        (b"", b"\x55\x04\x03", "unknown"),
        (b"", b"\x55\x04\x03\x0c\x02\xff\xff", "unknown"),
        (b"", b"\x55\x04\x03\x0c\x05P 07!", "unknown"),
    ):
        found, _said, _safe = recover(first, b"", cert, fixed)
        assert found.pendant == name
        assert found.tls == (cert != b"" or b'"tls": true' in first), "keys are TLS"


def test_unlawful_values_are_not_taken() -> None:
    for wrong in (b'"key_id": "K 07"', b'"key_id": 7', b'"key_id": "k07', b'"key_id"', b'"key_id":',
                  b'"key_id": [1]', b'"key_id": "\xff"', b'"key_id": k07'):  # fmt: skip
        found, said, _safe = recover(b"{" + wrong, b"", b"", fixed)
        assert found.key_id == "unknown" and "key_id" in said, wrong


def damaged(seed: int) -> bytes:
    """Cut, overwritten or with bits turned: the same for the same seed."""
    blob = bytearray(WHOLE)
    for _ in range(1 + seed % 5):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        at = (seed >> 8) % len(blob)
        if seed % 3 == 0:
            blob[at] ^= 1 << seed % 8
        elif seed % 3 == 1:
            blob[at : at + 9] = bytes([(seed >> 4) & 255]) * len(blob[at : at + 9])
        elif len(blob) > 40:
            blob = blob[: max(40, at)]
    return bytes(blob)


def test_whatever_the_bytes_are_there_are_lawful_settings() -> None:
    for seed in range(400):
        first, spare = damaged(seed), damaged(seed + 7000)
        try:
            found = load(str(first, "utf-8"))
        except (LocalProtocolError, UnicodeError):
            found, _said, _safe = recover(first, spare, CERT, fixed)
        assert found.pendant and found.broker_host and len(found.secret) == 32


def test_an_sos_goes_out_with_what_there_is() -> None:
    found, said, safe_mode = recover(without("secret") + b"}", b"", b"", fixed)
    device = Device(found, bytes, 0, said, safe_mode)
    out = device.boot([], 0, "power") + device.link(True, 10)
    assert ("feel", "damaged") in out
    out += device.edge("s", True, 100)
    out += device.tick(2200)
    (name,) = [item[1] for item in out if item[0] == "persist" and item[1][0] == "e"]
    sent = [item for item in device.persisted(name, 2230) if item[0] == "send"]
    (sos,) = [item for item in sent if item[1] == topics.up(PENDANT, "sos")]
    assert codec.peek(sos[2], up=True).TYPE == "sos-pressed"
    try:
        codec.unseal(sos[2], KEY_ID, codec.up_key(SECRET), up=True)
    except RemoteProtocolError:
        return  # its own key is lost: the hub takes it as unverified
    raise AssertionError("signed with a key that it does not have")


def test_safe_mode_is_felt_at_the_start_and_at_each_touch_and_said_to_the_hub() -> None:
    bench = Bench()
    bench.flash["e-0123456789abcdef-7"] = b"torn"
    bench.log.clear()
    bench.reboot("power")
    assert bench.feels()[:2] == ["started", "damaged"]
    bench.run(500)
    for phase in ("off", "on-the-way", "inside"):
        bench.push(phase=phase)
        bench.log.clear()
        bench.short("a")
        assert bench.count("damaged") == 1, phase
    booted = bench.hub.events[-4]
    assert booted.cause == "power; 1 records unreadable"  # type: ignore[attr-defined]  # a Booted
    bench.sos()
    bench.run(500)
    assert bench.hub.types()[-1] == "sos-pressed"


def test_a_whole_pendant_says_nothing_of_it() -> None:
    device = Device(settings(), bytes, 0, "spare settings", False)
    assert ("feel", "damaged") not in device.boot([], 0, "power")
