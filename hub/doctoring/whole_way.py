"""The canary's press: signed, through the broker, committed by the hub, receipted, and back.

Rule: it is a press that means nothing ("touch to know" of a pendant that nobody carries), and only
the hub's own signature on the receipt for these very bytes counts as an answer.
"""

import os
from collections.abc import Iterator

from hub.clock import utc_ms
from hub.devices.certificates import CANARY
from hub.doctoring.caller import Caller
from hub.doctoring.finding import Finding
from hub.doctoring.way import Way, let_in
from protocol import codec
from protocol.errors import RemoteProtocolError
from protocol.messages import Ok, Receipt
from protocol.topics import down, up

RECEIPT_S = 10.0
SLOW_MS = 5_000  # an idle hub answers in some milliseconds, a busy machine in hundreds
OFF_MS = 5_000
SEQ = 1


def press(way: Way, is_simulation: bool) -> Iterator[Finding]:
    """One press, and what came of it."""
    caller = way.caller()
    let_in(caller)
    if not caller.subscribe(down(CANARY)):
        yield Finding(way.name, "it refuses a pendant its own topic", "Write broker.acl again.")
    caller.subscribe("#")  # mosquitto grants it and filters what comes; others refuse
    boot = os.urandom(8).hex()
    message = Ok(
        pendant=CANARY, boot=boot, seq=SEQ, heard_ms=0, since_ms=1, standing=0, phase="off",
        gesture="a-short",
    )  # fmt: skip
    key = codec.up_key(way.canary.secret)
    token, sent_ms = codec.seal(message, way.canary.key_id, key), utc_ms()
    caller.publish(up(CANARY, "event"), token)
    caller.until(lambda: receipt(way, caller, boot, token) is not None, RECEIPT_S)
    found = receipt(way, caller, boot, token)
    took_ms = utc_ms() - sent_ms
    yield from judged(way, found, took_ms, is_simulation)
    yield from _overheard(way, caller)
    caller.close()


def receipt(way: Way, caller: Caller, boot: str, token: bytes) -> Receipt | None:
    """The hub's own, for this press and these bytes."""
    key = codec.down_key(way.canary.secret)
    for topic, heard in caller.heard:
        if topic != down(CANARY):
            continue
        try:
            found = codec.unseal(heard, way.canary.key_id, key, up=False)
        except RemoteProtocolError:
            continue
        if not isinstance(found, Receipt) or (found.boot, found.seq) != (boot, SEQ):
            continue
        if found.sha == codec.sha(token):
            return found
    return None


def judged(way: Way, found: Receipt | None, took_ms: int, is_simulation: bool) -> Iterator[Finding]:
    """What the receipt says of the hub, or that there is none."""
    if found is None:
        said = f"the canary's press has no receipt of the hub's within {RECEIPT_S:g} s"
        mend = "See the hub's log for the canary: here an SOS would not be heard."
        yield Finding(way.name, said, mend)
        return
    if took_ms > SLOW_MS:
        said = f"the canary's press took {took_ms} ms to its receipt"
        yield Finding(way.name, said, "See what else this machine does.")
    off_ms = abs(found.hub_ms - utc_ms())
    if off_ms > OFF_MS and not is_simulation:
        said = f"the hub's time is {off_ms // 1000} s off this machine's"
        yield Finding("clock", said, "Set the clock right, then start the hub again.")


def _overheard(way: Way, caller: Caller) -> Iterator[Finding]:
    """With `#` subscribed, its own press would come back where reading is not bounded."""
    for topic in sorted({topic for topic, _ in caller.heard} - {down(CANARY)}):
        mend = "Its access list must be broker.acl as the hub writes it."
        yield Finding(way.name, f"a pendant hears {topic[:80]}, which is not its own", mend)
