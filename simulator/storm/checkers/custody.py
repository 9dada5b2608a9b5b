"""P4, P5: what the hub thinks of a pendant silences no press, is told with it, and lets nobody in.

Rule: until when a pendant was good, and whether it was trusted, is read from what the log says that
was asked for; what a press must then be is stated here, never asked of the code.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub.rules.kinds import DANGER_PRESSES
from hub.rules.model import Alarm
from protocol.messages import Standing
from simulator.chaos.outages import Span
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.seen import Delivered

NOT_RUNNING = frozenset({"planned", "closed", "cancelled"})
MARKED = {"expired": "past its date", "revoked": "revoked pendant"}  # said in a page's subject
RAISED = frozenset({"alarm_raised", "alarm_pressed"})
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trust:
    """What the hub was told of a pendant, from a row on."""

    seq: int
    recorded_ms: int
    revoked: bool = False
    until_ms: int = 0

    def at(self, now_ms: int) -> str:
        if self.revoked:
            return "revoked"
        return "expired" if 0 < self.until_ms <= now_ms else ""


GOOD = Trust(0, 0)


def trusts(evidence: Evidence) -> dict[str, list[Trust]]:
    """Pendant -> what was told of it, in order; first that it is good."""
    found: dict[str, list[Trust]] = defaultdict(lambda: [GOOD])
    for row, body in evidence.rows:
        if row.kind not in ("revoke_pendant", "renew_pendant") or _refused(row.reason):
            continue
        data = body["input"]["event"]["data"]
        told = found[str(data["pendant"])]
        if row.kind == "revoke_pendant":
            revoked = data["state"] == "revoked"
            told.append(Trust(row.seq, row.recorded_ms, revoked, told[-1].until_ms))
        else:
            told.append(Trust(row.seq, row.recorded_ms, False, int(data["valid_until_ms"])))
    return found


def _refused(reason: str) -> bool:
    return reason.startswith("refused")


def revoked_spans(evidence: Evidence) -> dict[str, list[Span]]:
    """When each pendant was revoked."""
    found: dict[str, list[Span]] = defaultdict(list)
    for pendant, told in trusts(evidence).items():
        for number, each in enumerate(told):
            if each.revoked:
                after = told[number + 1 :]
                end_ms = after[0].recorded_ms if after else evidence.end_ms
                found[pendant].append(Span(each.recorded_ms, end_ms))
    return found


def _before(told: list[Trust], seq: int) -> Trust:
    """What was known when that row was written."""
    return told[bisect_left([each.seq for each in told], seq) - 1]


def press_is_marked(evidence: Evidence) -> Iterator[Violation]:
    """A press from a pendant past its date or revoked stands in an alarm that says so, the revoked
    one's as not proven; and so does every page about it from then on."""
    told = trusts(evidence)
    held = _holding(evidence)
    for row, body in evidence.rows:
        if row.pendant not in told or row.kind not in (*DANGER_PRESSES, "unknown_open_press"):
            continue
        mark = _before(told[row.pendant], row.seq).at(row.recorded_ms)
        identity = str(body.get("input", {}).get("event", {}).get("identity", ""))
        if not mark or not identity:
            continue
        alarms = held[row.pendant, identity]
        if not alarms:
            said = f"{row.kind} {identity} of a pendant {mark} stands in no alarm"
            yield Violation("pendant-is-marked", row.recorded_ms, row.pendant, said)
        for alarm in alarms[:1]:
            trusted = alarm.kind != "unverified_sos"
            if alarm.mark != mark or trusted == (mark == "revoked"):
                said = f"{row.kind} {identity} of a pendant {mark} is {alarm.kind} {alarm.mark!r}"
                yield Violation("pendant-is-marked", row.recorded_ms, row.pendant, said)
            yield from _pages(evidence, alarm, mark, row.recorded_ms)


def _holding(evidence: Evidence) -> dict[tuple[str, str], list[Alarm]]:
    found: dict[tuple[str, str], list[Alarm]] = defaultdict(list)
    for alarm in evidence.alarms.values():
        for press in alarm.presses:
            found[alarm.pendant, press.identity].append(alarm)
    return found


def _pages(evidence: Evidence, alarm: Alarm, mark: str, since_ms: int) -> Iterator[Violation]:
    for page in evidence.of(Delivered):
        created_ms = page.facts.get("created_ms", 0)
        about = page.facts.get("alarm") == alarm.id and isinstance(created_ms, int)
        if about and int(created_ms) >= since_ms and MARKED[mark] not in page.subject:
            said = f"a page of {alarm.id} does not say {MARKED[mark]!r}: {page.subject!r}"
            yield Violation("pendant-is-marked", page.at_ms, alarm.pendant, said)


def expired_goes_in_nowhere(evidence: Evidence) -> Iterator[Violation]:
    """No arrival of somebody whose pendant is past its date is confirmed, and none is told "go in"
    by it."""
    told = trusts(evidence)
    pendants = {worker: pendant for pendant, worker in evidence.wearers.items()}
    for row, body in evidence.rows:
        pendant = pendants.get(row.worker, "")
        if row.kind != "confirm_arrival" or pendant not in told:
            continue
        if body["decision"].get("refused"):
            continue
        if _before(told[pendant], row.seq).at(row.recorded_ms) == "expired":
            said = f"row {row.seq} lets {row.worker} in, and her pendant is past its date"
            yield Violation("expired-goes-in-nowhere", row.recorded_ms, row.visit, said)
    for opened in evidence.down:
        standing = opened.message
        if not isinstance(standing, Standing) or not standing.go_in:
            continue
        known = [each for each in told.get(standing.pendant, [GOOD])
                 if each.recorded_ms <= standing.hub_ms]  # fmt: skip
        if known[-1].at(standing.hub_ms) == "expired":
            said = f'told "go in" at {standing.hub_ms}, and it is past its date'
            yield Violation("expired-goes-in-nowhere", standing.hub_ms, standing.pendant, said)


def taken_is_told(evidence: Evidence) -> Iterator[Violation]:
    """Whoever is out when her pendant is revoked: an alarm of its own says so, in the same turn."""
    known = trusts(evidence)
    for row, part, kind in _running_at(evidence, "revoke_pendant"):
        told = _before(known[row.pendant or _named(row, evidence)], row.seq)
        if kind == "day" or told.revoked:
            continue
        # In two visits at once she is one person: one alarm tells of her.
        if not _raised(evidence, "pendant_taken", row.recorded_ms, worker=part["worker"]):
            said = f"row {row.seq} revokes it while she is {part['phase']}, and nobody is told"
            yield Violation("taken-is-told", row.recorded_ms, part["worker"], said)


def last_word_asks(evidence: Evidence) -> Iterator[Violation]:
    """A battery that ends on a visit is asked about in the turn in which it says so."""
    for row, part, _ in _running_at(evidence, "last_gasp"):
        if part["visit"] != row.visit:
            continue
        if not _raised(evidence, "battery_ended", row.recorded_ms, visit=row.visit):
            said = f"row {row.seq}: its battery ends while she is {part['phase']}: nobody is asked"
            yield Violation("last-word-asks", row.recorded_ms, part["worker"], said)


def _named(row: Any, evidence: Evidence) -> str:
    body = evidence.rows[row.seq - 1][1]
    return str(body["input"]["event"]["data"].get("pendant", ""))


def _running_at(evidence: Evidence, kind: str) -> Iterator[tuple[Any, Json, str]]:
    """Each row of that kind with each running part of whoever carries its pendant, and the kind of
    entry; a part as the rows before had left it."""
    parts: dict[tuple[str, str], tuple[Json, str]] = {}
    for row, body in evidence.rows:
        data = body.get("input", {}).get("event", {}).get("data", {})
        is_news = not data.get("late") and data.get("state", "revoked") == "revoked"
        if row.kind == kind and is_news and not _refused(row.reason):
            worker = evidence.wearers.get(row.pendant or str(data.get("pendant", "")), "")
            for (visit, who), (part, entry) in sorted(parts.items()):
                phase = part.get("phase", "planned")
                if who == worker and phase not in NOT_RUNNING:
                    yield row, {"phase": phase, "worker": who, "visit": visit}, entry
        state = body.get("decision", {}).get("visit")
        for part in () if state is None else state.get("parts", ()):
            parts[str(state["id"]), str(part["worker"])] = (part, state.get("kind", "visit"))


def _raised(
    evidence: Evidence, kind: str, at_ms: int, *, visit: str = "", worker: str = ""
) -> bool:
    """An alarm of that kind about her, or about her visit, was raised then, or was open already:
    then no row changes it."""
    turned = [
        alarm for row, alarm in evidence.turns if row.recorded_ms == at_ms and row.kind in RAISED
    ]
    running = [each for each in evidence.alarms_at(at_ms).values() if each.state != "resolved"]
    return any(
        alarm.kind == kind and (alarm.worker == worker if worker else alarm.visit == visit)
        for alarm in turned + running
    )
