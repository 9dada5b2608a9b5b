"""A short history in which all is well, to be spoilt one thing at a time."""

from dataclasses import replace

from protocol import codec, messages
from simulator.chaos.bounds import Bounds
from simulator.chaos.logbook import Due, Json, Line, Logbook
from simulator.chaos.statements import check
from simulator.storm.seen import (
    Asked,
    Carried,
    Delivered,
    Felt,
    Kept,
    Powered,
    Pressed,
    Seen,
    Sight,
)

ADA = "p-ada"
BOOT = "00112233aabbccdd"
PRESS = f"{BOOT}.7"
DOOR = f"{BOOT}.5"
RECORD = f"e-{BOOT}-7"
ALARM, VISIT = "a-1", "v-1"
HUB_MS = 1_800_000_000_000
BOUNDS = Bounds(paged_ms=60_000)
SECRET = bytes(range(32))


def receipt(seq: int = 7, hub_ms: int = HUB_MS) -> bytes:
    message = messages.Receipt(pendant=ADA, boot=BOOT, seq=seq, sha="0" * 32, hub_ms=hub_ms)
    return codec.seal(message, ADA, codec.down_key(SECRET))


def standing(
    sos: str = "", state: str = "none", go_in: str = "", resolved: tuple[str, ...] = ()
) -> bytes:
    message = messages.Standing(
        pendant=ADA, version=3, boot=BOOT, beat=4, hub_ms=HUB_MS, valid_ms=10_000,
        phase="at-door", visit=VISIT, tracker=True, go_in=go_in, prompt="", sos=sos,
        sos_state=state, resolved=list(resolved),
    )  # fmt: skip
    return codec.seal(message, ADA, codec.down_key(SECRET))


def alarm_state(**more: object) -> Json:
    return {
        "id": ALARM, "kind": "sos", "next_ms": HUB_MS + 60_000, "interested": ["ada"],
        "presses": [{"identity": PRESS}], **more,
    }  # fmt: skip


def down(at_ms: int, token: bytes) -> Carried:
    return Carried(at_ms, ADA, f"allswell/{ADA}/down", token)


def asked(at_ms: int, kind: str, **data: str) -> Asked:
    return Asked(at_ms, at_ms + 50, "tom", kind, data, True, "")


SIGHTS: tuple[Sight, ...] = (
    Powered(0, ADA, True),
    Pressed(1_000, ADA, "a-short", 1_200),
    asked(2_000, "confirm_arrival", visit=VISIT),
    down(2_100, standing(go_in=DOOR)),
    Felt(2_110, ADA, "go-in"),
    Pressed(10_000, ADA, "sos-hold", 12_300),
    Kept(12_050, ADA, RECORD),
    Felt(12_060, ADA, "stored"),
    down(12_100, receipt()),
    Felt(12_110, ADA, "hub-has-it"),
    Delivered(12_200, "tom", "SOS", "", {"alarm": ALARM, "created_ms": HUB_MS}),
    asked(13_000, "acknowledge", alarm=ALARM),
    down(13_100, standing(PRESS, "owned")),
    Felt(13_110, ADA, "person-has-it"),
    asked(20_000, "resolve", alarm=ALARM),
    down(20_100, standing(resolved=(PRESS,))),
    Felt(20_110, ADA, "over"),
)
LINES: tuple[Line, ...] = (
    Line(1, "arrived", HUB_MS - 9, HUB_MS - 9, VISIT, "", ADA, "ada", DOOR),
    Line(2, "sos_pressed", HUB_MS, HUB_MS, VISIT, "", ADA, "ada", PRESS),
    Line(3, "alarm_raised", HUB_MS, HUB_MS, VISIT, ALARM, ADA, "ada", PRESS, alarm_state()),
    Line(
        4, "resolve", HUB_MS + 9, HUB_MS + 9, VISIT, ALARM, ADA, "tom", "",
        alarm_state(state="resolved", resolved_by="tom", next_ms=0),
    ),
)  # fmt: skip
PART = {"worker": "ada", "pendant": ADA, "phase": "inside"}
BOOK = Logbook(
    lines=LINES,
    visits={VISIT: {"id": VISIT, "parts": [PART]}},
    deadlines=(Due(f"visit:{VISIT}", "finish", "ada", HUB_MS + 600_000),),
    last_turn_ms=HUB_MS,
)


def seen(*without: Sight, plus: tuple[Sight, ...] = ()) -> Seen:
    return Seen([each for each in SIGHTS if each not in without] + list(plus))


def book(without: tuple[int, ...] = (), plus: tuple[Line, ...] = ()) -> Logbook:
    """Less the rows of these numbers."""
    lines = tuple(line for line in LINES if line.seq not in without)
    return replace(BOOK, lines=lines + plus)


def broken(sights: Seen, of: Logbook = BOOK, bounds: Bounds = BOUNDS) -> list[str]:
    """The names of the statements that do not hold."""
    return [violation.statement for violation in check(sights, of, bounds)]
