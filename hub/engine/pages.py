"""Roles to people, and people to rows in the outbox, in the turn that decided it.

Rules: roles are resolved when a page is made, never before; nobody is paged about herself or her
pair (P5); a page names no address, no telephone number and no code beside one (P8).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hub.engine.turn import Turn
from hub.rules import drills, prompting, tasks
from hub.rules.effects import Page
from hub.rules.explain import MEANS
from hub.rules.kinds import ALARM_KINDS, DANGERS, SILENT_KINDS
from hub.rules.model import Alarm, Visit
from hub.rules.phases import ENDED
from hub.rules.raising import MARKS, REVOKED

# Asked by name when nobody holds the role: whoever may hold a role like these.
IN_CHARGE = ("manager", "director", "lead", "officer")
# What a page says first of something written down, by its `about`.
OF_RECORDS = {"record_due": "something written down is due", "record_told": "to be told at once"}
RENEWAL = "renewal_due"  # of pendants: its sentence says all of it
ASKED = "to be done by hand and ticked off"
NO_MORE_DRILL = "no drill any more, look at the alarms"
NOT_A_DRILL = "A drill was on. Since then a real alarm is open: look at the alarms first."
LATE_MS = 120_000  # older than this when it arrived: the page says so first


@dataclass(frozen=True, slots=True)
class Reader:
    """One person who is paged, and the role that she is paged in."""

    person: str
    role: str


def write(turn: Turn, page: Page, alarm: Alarm | None, visit: Visit | None, by: str = "") -> bool:
    """Rows for everybody who holds one of the roles now. False when nobody does. `by`: who did what
    is told; besides alarms nobody is paged about her own act."""
    readers: dict[str, Reader] = {}
    for role in page.roles:
        for person in holders(turn, role, alarm, visit):
            readers.setdefault(person, Reader(person, role))
    if alarm is None and readers.pop(by, None) is not None and not readers:
        return True
    found = _others(turn, readers, alarm, visit)
    if not found and alarm is not None and alarm.kind in DANGERS:
        # Only people in danger themselves: told all the same, but others are still looked for.
        _write(turn, page, alarm, visit, _others(turn, readers, alarm, visit, SILENT_KINDS))
        return False
    return _write(turn, page, alarm, visit, found)


def write_named(turn: Turn, page: Page) -> bool:
    """About something written down: by name, then to whoever is on duty for a role, else to all who
    may hold it. False when there is nobody."""
    readers = {person: Reader(person, "") for person in page.people}
    for role in page.roles:
        holding = holders(turn, role, None, None) or [
            person.id for person in turn.state.people.values() if role in person.roles
        ]
        for person in holding:
            readers.setdefault(person, Reader(person, role))
    return _write(turn, page, None, None, _others(turn, readers, None, None))


def write_everyone(turn: Turn, page: Page, alarm: Alarm | None, visit: Visit | None) -> bool:
    """Nobody holds the role, nobody holds the next: whoever may be in charge, else everybody who
    is not in trouble herself, else everybody."""
    troubled = {person for each in turn.state.alarms.values() for person in each.interested}
    known = turn.state.people.values()
    people = [person for person in known if person.active and person.id not in troubled]
    leading = [p for p in people if any(word in role for role in p.roles for word in IN_CHARGE)]
    readers = {person.id: Reader(person.id, "") for person in leading or people}
    found = _others(turn, readers, alarm, visit) or _last_resort(turn)
    return _write(turn, page, alarm, visit, found)


def _last_resort(turn: Turn) -> list[Reader]:
    """Everybody there is, in trouble or not: a page to the wrong person beats a page to nobody.
    Only whom a silent alarm is about is spared: her telephone would tell of it (P2)."""
    hushed = _hushed(turn)
    return [
        Reader(person.id, "")
        for person in turn.state.people.values()
        if person.active and person.id not in hushed
    ]


def _hushed(turn: Turn) -> set[str]:
    """Whom a silent alarm is about, and their pairs."""
    return {
        person
        for each in turn.state.alarms.values()
        if each.silent
        for person in (each.worker, *each.interested)
    }


def of_the_visit(turn: Turn, roles: tuple[str, ...], visit: Visit | None) -> bool:
    """Whether all these roles are of people whom the visit names (a tracker), not of a duty."""
    known = (turn.policy if visit is None else turn.terms_of(visit)).role
    return all(role in known and known[role].source_of_people == "visit" for role in roles)


def nobody_named(turn: Turn, page: Page, alarm: Alarm | None, visit: Visit | None) -> bool:
    return not any(holders(turn, role, alarm, visit) for role in page.roles)


def holders(turn: Turn, role: str, alarm: Alarm | None, visit: Visit | None) -> list[str]:
    """Who holds a role now: named in the visit, on duty for it, or everyone who may (policy)."""
    known = (turn.policy if visit is None else turn.terms_of(visit)).role.get(role)
    source = "duty" if known is None else known.source_of_people
    if source == "visit":
        return _named(role, alarm, visit)
    if source == "everyone":
        return [person.id for person in turn.state.people.values() if role in person.roles]
    return list(turn.state.duty.get(role, {}))


def _named(role: str, alarm: Alarm | None, visit: Visit | None) -> list[str]:
    if visit is None:
        return []
    if "departure" in role:
        part = visit.part("" if alarm is None else alarm.worker)
        return [part.departure_contact] if part is not None and part.departure_contact else []
    return [visit.tracker] if visit.tracker else []


def _others(
    turn: Turn,
    readers: dict[str, Reader],
    alarm: Alarm | None,
    visit: Visit | None,
    without: frozenset[str] = DANGERS,
) -> list[Reader]:
    """Without the people it is about, those who have left, and those in danger themselves
    (`without`): they are not the ones to help, nor may a telephone tell of it."""
    about = set() if alarm is None else set(alarm.interested)
    if alarm is not None and drills.is_drill(alarm):
        about |= _hushed(turn)  # from now on its pages tell of real alarms
    if visit is not None:
        about |= {part.worker for part in visit.parts}
    known = turn.state.people
    return [
        reader
        for person, reader in readers.items()
        if person in known
        and known[person].active
        and person not in about
        and not any(
            each.kind in without and each.worker == person
            for each in turn.state.alarms_about(person)
        )
    ]


def _write(
    turn: Turn, page: Page, alarm: Alarm | None, visit: Visit | None, readers: list[Reader]
) -> bool:
    subject, body = text(turn, page, alarm, visit)
    for reader in readers:
        turn.state.last_page += 1
        turn.changes.pages.append((
            turn.state.last_page, page.alarm, page.visit, reader.person, reader.role, page.step,
            page.round, subject, body, turn.now_ms, turn.now_ms,
        ))  # fmt: skip
    turn.after.pages = turn.after.pages or bool(readers)
    return bool(readers)


def text(turn: Turn, page: Page, alarm: Alarm | None, visit: Visit | None) -> tuple[str, str]:
    """(subject, body): what happened, to whom, where roughly, since when. Enough to act on."""
    if page.about == RENEWAL:
        return "pendants to be renewed", page.why
    worker = "" if alarm is None else alarm.worker
    if not worker and visit is not None and len(visit.parts) == 1:
        worker = visit.parts[0].worker
    who = _name(turn, worker)
    what = page.about.replace("_", " ").replace("-", " ")
    lines = [page.why]
    if alarm is not None:
        what = _kind(alarm)
        lines += _marked(alarm, who)
    if alarm is not None and page.about == tasks.ABOUT:
        what = f"{ASKED}, {what}"
    if alarm is not None and drills.is_drill(alarm) and _is_real_now(turn):
        what, lines = NO_MORE_DRILL, [NOT_A_DRILL, *lines]
    elif alarm is not None and drills.is_drill(alarm):
        what, lines = f"DRILL: {what}", ["DRILL: nobody is in danger.", *lines]
    if alarm is not None:
        lines.append(_when(turn, alarm))
    if _is_silent(turn, alarm, visit):
        lines.append("Silent: do not call her, she may not be alone.")
    elif visit is not None and not (alarm is not None and drills.is_drill(alarm)):
        lines.append(_next_line(turn, worker, visit))
    if visit is not None:
        code = turn.state.client_code(visit.client)
        tracker = _name(turn, visit.tracker)
        lines.append(f"Visit {visit.id}: {visit.area}, client {code}, tracker {tracker}.")
    again = f" (round {page.round + 1})" if page.round else ""
    if page.record:
        what, who = OF_RECORDS.get(page.about, what), f"record {page.record}"
    return f"{what}: {who}{again}", "\n".join(line for line in lines if line)


def _kind(alarm: Alarm) -> str:
    """What it is, and from what it came (P4: always accepted, and marked)."""
    what = ALARM_KINDS[alarm.kind][1]
    if alarm.mark == REVOKED:
        what = "a silent sign" if alarm.silent else "SOS"
    return f"{what} {MARKS[alarm.mark]}" if alarm.mark else what


def _marked(alarm: Alarm, who: str) -> list[str]:
    """Whose pendant it is or was, in a sentence of its own."""
    if alarm.mark == REVOKED:
        return [f"Revoked pendant {alarm.pendant} of {who}: whoever has it pressed. It may be her."]
    if alarm.mark:
        return [f"Pendant {alarm.pendant} of {who} is past its date. Its SOS counts all the same."]
    return []


def _is_real_now(turn: Turn) -> bool:
    """Whether somebody may be in danger while a drill runs: no page may say that nobody is."""
    return any(
        not drills.is_drill(each) and ALARM_KINDS[each.kind][0] <= drills.REAL_RANK
        for each in turn.state.alarms.values()
    )


def _next_line(turn: Turn, worker: str, visit: Visit) -> str:
    """On which of her lines she is tried next, in the procedure's order (HM-3.6, HM-4.2.4)."""
    part, person = visit.part(worker), turn.state.people.get(worker)
    if part is None or part.phase in ENDED:
        return ""
    consent = person is not None and bool(person.own_mobile and person.own_mobile_consent)
    lines = prompting.next_means(turn.terms_of(visit), part, own_mobile=consent)
    return f"Call her {MEANS[lines[0]]}." if lines else ""


def _is_silent(turn: Turn, alarm: Alarm | None, visit: Visit | None) -> bool:
    """Whoever is paged about her, whatever for, must not ring into a silent alarm (P2)."""
    about = [] if alarm is None else [alarm]
    workers = {each.worker for each in about} | {
        part.worker for part in (() if visit is None else visit.parts)
    }
    for worker in workers - {""}:
        about += turn.state.alarms_about(worker)
    return any(each.silent for each in about)


def _name(turn: Turn, person: str) -> str:
    known = turn.state.people.get(person)
    if known is not None:
        return f"{known.name} ({known.initials})"
    return person or "nobody named"


def _when(turn: Turn, alarm: Alarm) -> str:
    zone = ZoneInfo(turn.state.store.genesis.zone)
    clock = datetime.fromtimestamp(alarm.raised_ms / 1000, UTC).astimezone(zone)
    said = f"Since {clock:%H:%M:%S} on {clock:%d %B}"
    age_ms = alarm.recorded_ms - alarm.raised_ms
    if age_ms >= LATE_MS:
        said += f"; it reached the hub {age_ms // 60_000} minutes late"
    return f"{said}. Alarm {alarm.id}."


def withdraw(turn: Turn, alarm_id: str) -> None:
    """A person has ended the alarm: what nobody has sent yet is not sent any more."""
    turn.changes.pages = [row for row in turn.changes.pages if row[1] != alarm_id]
    turn.changes.other.append((
        ("UPDATE page SET state = 'failed', note = 'over before it was sent'"
        " WHERE alarm = ? AND state = 'waiting'"),
        (alarm_id,),
    ))  # fmt: skip
