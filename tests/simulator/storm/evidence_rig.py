"""A made-up run: what was seen, and a log of a few rows, with nothing else behind it.

Rule: the checkers read the same properties that a real run's Evidence has; only the files are not
there.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hub.rules import form
from hub.rules.model import Alarm, Ladder, Press, Step, Value
from hub.store.log import Row
from protocol import codec
from protocol.messages import Beat, DownMessage, Duress, Receipt, SosPressed, Standing, UpMessage
from simulator.chaos.logbook import Due, Logbook, line_of
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.checkers.table import CHECKS
from simulator.storm.seen import Carried, Seen, Sight
from tests.shipped import policy_of

ADA, BOOT = "p-ada", "00112233aabbccdd"
SECRET = bytes(range(32))
T0 = 1_800_000_000_000
HOUR_MS = 3_600_000
POLICY = policy_of("homemaker-exeter")
SOS_LADDER = POLICY.ladder["sos"] if "sos" in POLICY.ladder else POLICY.ladders[0]


def broken(name: str, evidence: Evidence) -> list[str]:
    """What the checker of that name says."""
    found: list[Violation] = [each for check in CHECKS[name] for each in check(evidence)]
    assert all(each.checker == name for each in found)
    return [each.said for each in found]


def made(
    sights: Iterable[Sight] = (),
    rows: Iterable[Row] = (),
    dues: tuple[Due, ...] = (),
    last_ms: int = T0 + HOUR_MS,
) -> Evidence:
    """All that is known of a run of an hour."""
    seen = Seen(sorted(sights, key=lambda each: each.at_ms))
    folder, calm_ms = Path("nowhere"), T0 + HOUR_MS // 2
    keys, wearers = {ADA: SECRET}, {ADA: "ada"}
    evidence = Evidence(seen, folder, POLICY, keys, calm_ms, last_ms, wearers)
    log = [(row, json.loads(row.body or "{}")) for row in rows]
    alarms = {alarm.id: alarm for _, alarm in _turns(log)}
    lines = tuple(line_of(row) for row, _ in log)
    book = Logbook(lines=lines, deadlines=dues, last_turn_ms=last_ms)
    evidence.__dict__.update(rows=log, alarms=alarms, book=book, visits={}, revoked=frozenset())
    return evidence


def _turns(log: list[tuple[Row, dict[str, Any]]]) -> Iterable[tuple[Row, Alarm]]:
    for row, body in log:
        if (state := body["decision"].get("alarm")) is not None:
            yield row, form.load_alarm(state)


def row(
    seq: int,
    kind: str,
    at_ms: int = 0,
    recorded_ms: int = -1,
    *,
    visit: Mapping[str, Any] | None = None,
    alarm: Alarm | None = None,
    about: str = "",
    identity: str = "",
    by: str = "",
    worker: str = "ada",
    data: Mapping[str, Value] | None = None,
) -> Row:
    """One line of the log; times from T0 on."""
    decision: dict[str, Any] = {}
    if alarm is not None:
        decision["alarm"] = form.dump(alarm)
    if visit is not None:
        decision["visit"] = visit
    event = {"kind": kind, "identity": identity, "data": dict(data or {})}
    body = json.dumps({"input": {"event": event}, "decision": decision})
    late_ms = at_ms if recorded_ms < 0 else recorded_ms
    visit_id = str(visit["id"]) if visit is not None else ""
    alarm_id = alarm.id if alarm is not None else about
    return Row(seq, kind, T0 + at_ms, T0 + late_ms, visit_id, alarm_id, worker, ADA, by, "", "",
               b"", b"", body)  # fmt: skip


def alarm(number: int = 1, presses: int = 1, **more: Any) -> Alarm:
    """An SOS of ada's with so many presses, open since T0."""
    ladder = Ladder(SOS_LADDER.id, (Step(("tracker",), 60_000),), 1, 1)
    held = tuple(Press(f"{BOOT}.{7 + each}", T0, T0) for each in range(presses))
    facts = {"worker": "ada", "pendant": ADA, "interested": ("ada",), "next_ms": T0, **more}
    return Alarm(f"a-{number}", "sos", T0, T0, ladder, presses=held, **facts)


def visit(phase: str, kind: str = "visit", **anchors: int) -> Mapping[str, Any]:
    """v-1, with ada in that phase; anchors from T0 on."""
    moments = {name: T0 + at_ms for name, at_ms in anchors.items()}
    part = {"worker": "ada", "pendant": ADA, "phase": phase, "anchors": moments}
    return {"id": "v-1", "kind": kind, "parts": [part]}


# Messages.

_UP: Mapping[str, Any] = {"pendant": ADA, "boot": BOOT, "heard_ms": T0, "since_ms": 1,
                          "phase": "inside"}  # fmt: skip


def beat(seq: int, standing: int = 0) -> Beat:
    return Beat(
        **_UP,
        seq=seq,
        standing=standing,
        battery_pct=90,
        signal_pct=80,
        dropped=0,
        refused=0,
        open=[],
    )


def duress(seq: int = 8) -> Duress:
    return Duress(**_UP, seq=seq, standing=0, gesture="chord")


def sos(seq: int = 7, **more: Any) -> SosPressed:
    return SosPressed(**{**_UP, **more}, seq=seq, standing=0, gesture="sos-hold")


def receipt(seq: int = 7, hub_ms: int = 0) -> Receipt:
    return Receipt(pendant=ADA, boot=BOOT, seq=seq, sha="0" * 32, hub_ms=T0 + hub_ms)


def standing(version: int, beat: int = 0, hub_ms: int = 0, **more: Any) -> Standing:
    """An answer to that beat, on a visit; holds for a minute."""
    facts: dict[str, Any] = {
        "phase": "inside", "visit": "v-1", "tracker": True, "go_in": "", "prompt": "", "sos": "",
        "sos_state": "none", "resolved": [], **more,
    }  # fmt: skip
    return Standing(pendant=ADA, version=version, boot=BOOT, beat=beat, hub_ms=T0 + hub_ms,
                    valid_ms=60_000, **facts)  # fmt: skip


def came_up(at_ms: int, message: UpMessage, forged: bool = False) -> Carried:
    to = "beats" if isinstance(message, Beat) else "events"
    token = codec.seal(message, ADA, codec.up_key(SECRET))
    return Carried(T0 + at_ms, to, f"allswell/{ADA}/up/{to}", token, forged)


def came_down(at_ms: int, message: DownMessage, key: bytes = SECRET) -> Carried:
    token = codec.seal(message, ADA, codec.down_key(key))
    return Carried(T0 + at_ms, ADA, f"allswell/{ADA}/down", token, key != SECRET)
