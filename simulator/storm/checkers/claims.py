"""P5: a press is a claim: it ends no watching, earns no letter, answers nothing, lets nobody in."""

from collections.abc import Iterator
from typing import Any

from hub.rules.kinds import PENDANT_EVENTS
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.seen import Asked

ENDED = ("closed", "cancelled")
BY_PEOPLE = ("acknowledge", "resolve")
UNANSWERED_MS = 15_000  # at the end somebody may still wait for her answer
# What an hour of the day ends without a person: nothing here may, but a policy's clause (LF-home).
Json = dict[str, Any]


def press_ends_nothing(evidence: Evidence) -> Iterator[Violation]:
    """No row of a pendant's leaves a part closed, a letter earned or a contact counted that was
    not so before; and nobody's alarm is answered in the same breath."""
    parts: dict[tuple[str, str], Json] = {}
    for row, body in evidence.rows:
        visit = body["decision"].get("visit")
        if visit is None:
            continue
        for part in visit.get("parts", ()):
            key = (visit["id"], part["worker"])
            before = parts.get(key, {})
            if row.kind in PENDANT_EVENTS:
                yield from _compare(row.kind, row.seq, row.recorded_ms, key, before, part)
            parts[key] = part


def _compare(
    kind: str, seq: int, at_ms: int, key: tuple[str, str], before: Json, part: Json
) -> Iterator[Violation]:
    about = " ".join(key)
    was, now = before.get("phase", "planned"), part.get("phase", "planned")
    if now in ENDED and was not in ENDED:
        said = f"{kind} in row {seq} ended the watching ({was} -> {now})"
        yield Violation("press-ends-nothing", at_ms, about, said)
    earned = [mark["letter"] for mark in part.get("marks", ())]
    had = [mark["letter"] for mark in before.get("marks", ())]
    if len(earned) > len(had):
        said = f"{kind} in row {seq} earned {earned[len(had) :]}"
        yield Violation("press-ends-nothing", at_ms, about, said)
    for anchor in ("contact", "confirmed"):
        moved = part.get("anchors", {}).get(anchor), before.get("anchors", {}).get(anchor)
        if moved[0] != moved[1]:
            said = f"{kind} in row {seq} counted as {anchor}"
            yield Violation("press-ends-nothing", at_ms, about, said)


def nobody_for_herself(evidence: Evidence) -> Iterator[Violation]:
    """No alarm was ended or taken by those whom it is about, and none but by a name."""
    for alarm in evidence.alarms.values():
        about = {alarm.worker, *alarm.interested} - {""}
        if alarm.state == "resolved" and (not alarm.resolved_by or alarm.resolved_by in about):
            said = f"{alarm.kind} was ended by {alarm.resolved_by or 'nobody'}"
            yield Violation("nobody-for-herself", alarm.resolved_ms, alarm.id, said)
        if alarm.owner and alarm.owner in about:
            said = f"{alarm.kind} is owned by {alarm.owner}, whom it is about"
            yield Violation("nobody-for-herself", evidence.end_ms, alarm.id, said)


def asked_for(evidence: Evidence) -> Iterator[Violation]:
    """Whatever the log says that a person did to an alarm, that person asked for at a screen."""
    asked = {
        (each.kind, each.by, str(each.data.get("alarm", "")))
        for each in evidence.of(Asked)
        if each.ok is not False
    }
    until_ms = evidence.book.last_turn_ms - UNANSWERED_MS
    for row, _ in evidence.turns:
        if row.kind not in BY_PEOPLE or row.recorded_ms >= until_ms:
            continue
        if (row.kind, row.by, row.alarm) not in asked:
            said = f"{row.kind} by {row.by or 'nobody'} in row {row.seq}, who had not asked"
            yield Violation("ended-by-people", row.recorded_ms, row.alarm, said)


def inside_only_by_a_person(evidence: Evidence) -> Iterator[Violation]:
    """A part is inside only after another person's confirmation of it in the log."""
    confirmed: set[tuple[str, str]] = set()
    for row, body in evidence.rows:
        visit = body["decision"].get("visit")
        if visit is None:
            continue
        workers = {part["worker"] for part in visit.get("parts", ())}
        if row.kind == "confirm_arrival" and row.by not in workers:
            confirmed |= {(visit["id"], worker) for worker in workers}
        for part in visit.get("parts", ()):
            is_at_home = visit.get("kind", "visit") in ("visit", "")
            if part.get("phase") == "inside" and is_at_home:
                key = (visit["id"], part["worker"])
                if key not in confirmed:
                    said = f"{part['worker']} is inside in row {row.seq}; nobody confirmed it"
                    yield Violation("inside-by-a-person", row.recorded_ms, visit["id"], said)
                    confirmed.add(key)
