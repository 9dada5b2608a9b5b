"""What a committed turn left to do is done in its order, and one failure costs nobody else."""

from collections.abc import Callable

import pytest

from hub.engine.afterwards import Afterwards
from hub.hands import Hands
from hub.inbox import Answer, Reply
from protocol import codec
from protocol.messages import NO_BOOT, Receipt, Standing

SECRET = bytes(range(32))
RECEIPT = Receipt(pendant="p-aa", boot="0" * 16, seq=1, sha="ab" * 16, hub_ms=1)
STANDING = Standing(
    pendant="p-aa", version=1, boot=NO_BOOT, beat=0, hub_ms=1, valid_ms=1, phase="off", visit="",
    tracker=False, go_in="", prompt="", sos="", sos_state="none", resolved=[],
)  # fmt: skip


def token(message: Receipt | Standing, kid: str = "k-1") -> bytes:
    return codec.seal(message, kid, codec.down_key(SECRET))


class Broker:
    """Notes what it is asked for."""

    def __init__(self, did: list[tuple[object, ...]], fails: str = "") -> None:
        self._did = did
        self._fails = fails

    def ack(self, session: str, connection: int, mid: int, qos: int) -> None:
        self._note("ack", session, connection, mid, qos)

    def tell(self, pendant: str, token: bytes) -> bool:
        self._note("tell", pendant)
        return True

    def _note(self, *what: object) -> None:
        self._did.append(what)
        if what[0] == self._fails:
            raise OSError("gone")


class Told(Reply):
    """A reply that notes when it was given."""

    def __init__(self, note: Callable[[Answer], None]) -> None:
        super().__init__()
        self._note = note

    def give(self, answer: Answer) -> None:
        self._note(answer)


ORDER: list[tuple[object, ...]] = [
    ("tell", "p-aa"),
    ("tell", "p-bb"),
    ("ack", "events", 1, 5, 1),
    ("ack", "beats", 2, 6, 0),
    ("answer", "done"),
    ("wake",),
    ("changed", {"board"}),
]


@pytest.mark.parametrize("fails", ["", "ack", "tell"])
def test_all_is_done_in_order_whatever_fails(fails: str) -> None:
    did: list[tuple[object, ...]] = []
    after = Afterwards(
        1,
        acks=[("events", 1, 5, 1), ("beats", 2, 6, 0)],
        down=[("p-aa", token(RECEIPT)), ("p-bb", token(STANDING))],
        replies=[
            (Told(lambda answer: did.append(("answer", answer.reason))), Answer(True, "done"))
        ],
        pages=True,
        changed={"board"},
    )
    hands = Hands(
        Broker(did, fails),
        lambda: did.append(("wake",)),
        lambda names: did.append(("changed", names)),
    )
    hands.perform(after)
    assert did == ORDER


def test_a_notifier_is_not_woken_for_nothing() -> None:
    did: list[tuple[object, ...]] = []
    Hands(Broker(did), lambda: did.append(("wake",)), lambda _: None).perform(Afterwards(1))
    assert did == []
