"""Only the hub's own signature on the receipt for these very bytes answers the canary."""

import pytest

from hub.canary import Canary
from hub.devices.certificates import CANARY
from hub.doctoring import whole_way
from hub.doctoring.caller import Caller
from hub.doctoring.way import Way
from hub.settings import BrokerAt
from protocol import codec
from protocol.messages import Receipt
from protocol.topics import down, up

SECRET = bytes(range(32))
KEY_ID, BOOT, TOKEN = "k-canary", "0123456789abcdef", b"the press"
WAY = Way("broker", BrokerAt(), Canary(KEY_ID, SECRET))


def said(
    boot: str = BOOT,
    seq: int = whole_way.SEQ,
    token: bytes = TOKEN,
    secret: bytes = SECRET,
    key_id: str = KEY_ID,
) -> bytes:
    message = Receipt(pendant=CANARY, boot=boot, seq=seq, sha=codec.sha(token), hub_ms=1)
    return codec.seal(message, key_id, codec.down_key(secret))


def heard(*messages: tuple[str, bytes]) -> Receipt | None:
    caller = Caller(BrokerAt(), "canary")
    caller.heard += messages
    return whole_way.receipt(WAY, caller, BOOT, TOKEN)


def test_the_hub_s_own_receipt_is_found_among_others() -> None:
    found = heard((down(CANARY), b"junk"), (down(CANARY), said(seq=9)), (down(CANARY), said()))
    assert found is not None
    assert (found.boot, found.seq) == (BOOT, whole_way.SEQ)


@pytest.mark.parametrize(
    "message",
    [
        (down(CANARY), said(secret=bytes(32))),
        (down(CANARY), said(key_id="k-other")),
        (down(CANARY), said(token=b"another press")),
        (down(CANARY), said(boot="f" * 16)),
        (down(CANARY), said(seq=2)),
        (down(CANARY), said()[:-2]),
        (down(CANARY), b""),
        (down("p-1"), said()),
        (up(CANARY, "event"), said()),
    ],
)
def test_nothing_else_is_an_answer(message: tuple[str, bytes]) -> None:
    assert heard(message) is None
