"""Only the hub's own signature on the receipt for these very bytes answers the canary."""

import pytest

from hub.canary import Canary
from hub.clock import utc_ms
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


def judged(
    off_ms: int = 0, took_ms: int = 20, is_simulation: bool = False
) -> list[tuple[str, str]]:
    sha = codec.sha(TOKEN)
    found = Receipt(pendant=CANARY, boot=BOOT, seq=whole_way.SEQ, sha=sha, hub_ms=utc_ms() + off_ms)
    said = whole_way.judged(WAY, found, took_ms, is_simulation)
    return [(each.about, each.said) for each in said]


@pytest.mark.parametrize("off_ms", [-60_500, 60_500])
def test_a_hub_whose_time_is_not_the_machine_s_is_told(off_ms: int) -> None:
    [(about, said)] = judged(off_ms)
    assert about == "clock"
    assert said.startswith("the hub's time is ")
    assert judged(off_ms, is_simulation=True) == [], "a simulation's time is its own"


def test_a_quick_answer_in_time_is_no_finding_and_a_slow_one_is() -> None:
    assert judged() == []
    assert judged(took_ms=7_000) == [("broker", "the canary's press took 7000 ms to its receipt")]


def test_no_receipt_is_the_gravest_of_all() -> None:
    [found] = whole_way.judged(WAY, None, 10_000, False)
    assert found.grave
    assert "an SOS would not be heard" in found.mend
