"""Registers in the engine: a command written down, a day that comes, the calendar's duties.

Rules: a secret is taken out of the command before anything of it is logged, stands in a table of
its own and leaves it only as the answer to one logged look (CT-4.4); what a record causes in
another (an incident, its client's assessment) is an event of its own with a row of its own.
"""

from collections.abc import Mapping

from hub.engine import decide, drills, registers
from hub.engine.asking import stale
from hub.engine.authority import authority
from hub.engine.turn import RECORD, Turn
from hub.inbox import Answer, Command
from hub.registers import given, rule, seen
from hub.registers.declare import Register
from hub.registers.dues import dues
from hub.registers.kinds import REGISTERS
from hub.registers.labels import plain, tells_whose
from hub.registers.seen import Seen
from hub.rules import form
from hub.rules.effects import Decision
from hub.rules.model import Event, Record, Value

SECRETS = frozenset(
    field.name for register in REGISTERS.values() for field in register.fields
    if field.type == "secret"
)  # fmt: skip
# What names a thing of ours; in anything else a code could be read.
NAMES = frozenset({"record", "kind", "verb", "about", "client", "worker"})
NEED_MS = 24 * 3_600_000  # how long before a visit its way in may be looked up (ours)
NO_PLACE = "The code was not kept: it stands in another field too, where others could read it."
Given = Mapping[str, Value]


def write(turn: Turn, command: Command) -> Answer:
    """`write_record`: a verb of a register."""
    secret = next(
        (str(command.data[name]).strip() for name in command.data if _is_secret(name)), ""
    )
    told = {key: value for key, value in command.data.items() if not _is_secret(key)}
    named = str(told.get("record", "")).strip()
    old = registers.record_of(turn.state, named) if named else None
    if named and old is None:
        return Answer(False, f"There is no record {named[:40]!r}.")
    if secret and (fault := given.secret_fault(secret)):
        return Answer(False, f"{fault}.", named)
    if secret and _is_said(secret, told):
        turn.note("write_record", "refused: a code beside what it opens",
                  Event("write_record", turn.now_ms, by=command.by))  # fmt: skip
        return Answer(False, NO_PLACE, named)
    if old is not None and not _urgent(old, told) and (late := stale(command, old.version)):
        return late
    event = Event("write_record", turn.now_ms, by=command.by, data=told)
    what = _seen(turn, event, old, secret)
    decision = _decided(turn, event, old, what)
    record = decision.record
    if decision.refused or record is None:
        return Answer(False, decision.refused, named, decision.clause, decision.gate)
    shown = _secret_of(turn, record, event, secret)
    _follows(turn, record, event)
    return Answer(True, decision.reason, record.id, decision.clause, shown=shown)


def _is_secret(name: str) -> bool:
    """However it is spelled: what is taken for another field would stand in the log."""
    return name.strip().casefold() in SECRETS


def _is_said(secret: str, told: Given) -> bool:
    """Whether the code stands in any free text too, in whatever spacing: `47 11`, `4-7-1-1`."""
    wanted = plain(secret).replace(" ", "") or secret
    return any(
        wanted in plain(str(value)).replace(" ", "") or secret in str(value)
        for key, value in told.items()
        if key not in NAMES
    )


def _urgent(old: Record, told: Given) -> bool:
    """Given on an old page it still holds: what went wrong is told at once."""
    verb = REGISTERS[old.kind].verb_named(str(told.get("verb", "")))
    return verb is not None and bool(verb.raises or verb.tells)


def _decided(turn: Turn, event: Event, old: Record | None, what: Seen) -> Decision:
    """Asked, recorded, and everything that it causes done."""
    record_id = turn.ids.record() if old is None else old.id
    decision = rule.decide(turn.policy, old, event, record_id, turn.now_ms, what)
    about = {"rule": RECORD, "event": form.dump(event), "id": record_id}
    terms = {"terms": turn.policy.terms_id, "seen": seen.dump(what)}
    turn.record_record(event, decision, old, {**about, **terms})
    decide.effects(turn, decision, turn.policy, None, event.by)
    return decision


# What the rule may know.


def _seen(turn: Turn, event: Event, old: Record | None, secret: str) -> Seen:
    told = event.data
    kind = old.kind if old is not None else str(told.get("kind", ""))
    register = REGISTERS.get(kind)
    client = old.client if old is not None else str(told.get("client", "") or told.get("about", ""))
    known = turn.state.store.one("SELECT 1 FROM client WHERE id = ?", (client.strip(),))
    named = {event.by, *(str(told.get(key, "")).strip() for key in ("about", "worker"))}
    records = set()
    for field in () if register is None else register.fields:
        value = str(told.get(field.name, "")).strip()
        if field.type in ("person", "people"):
            named.update(given.people_in(value))
        elif field.type == "record" and registers.record_of(turn.state, value) is not None:
            records.add(value)
    return Seen(
        zone=turn.state.store.genesis.zone,
        roles={who: _roles(turn, who) for who in named if _active(turn, who)},
        clients=frozenset({client.strip()} if known else ()),
        records=frozenset(records),
        traceable=frozenset() if register is None else _traceable(turn, register, told, client),
        taken=kind == "key" and _taken(turn, str(told.get("label", "")), old),
        knows=kind == "entry-code" and old is not None and _needs(turn, event.by, old.client),
        secret=bool(secret),
    )


def _active(turn: Turn, person: str) -> bool:
    known = turn.state.people.get(person)
    return known is not None and known.active


def _roles(turn: Turn, person: str) -> tuple[str, ...]:
    return tuple(sorted(authority(turn.state, person)))


def _traceable(turn: Turn, register: Register, told: Given, client: str) -> frozenset[str]:
    """The labels that tell whose it is (CT-5.2); only that is told, never by which word."""
    row = turn.state.store.one(
        "SELECT name, address, postcode, code, lines FROM client WHERE id = ?", (client.strip(),)
    )
    if row is None:
        return frozenset()
    name, address, postcode, code, lines = row
    numbers = [each for each in str(lines).strip("[]").replace('"', "").split(",") if each.strip()]
    labels = {f.name: str(told.get(f.name, "")) for f in register.fields if f.type == "label"}
    return frozenset(
        field
        for field, text in labels.items()
        if text.strip() and tells_whose(text, name, address, postcode, (code, *numbers))
    )


def _taken(turn: Turn, label: str, old: Record | None) -> bool:
    wanted = plain(label).replace(" ", "")
    return bool(wanted) and any(
        plain(str(record.fields.get("label", ""))).replace(" ", "") == wanted
        for record in registers.records_of(turn.state, "key")
        if record.state != "returned" and (old is None or record.id != old.id)
    )


def _needs(turn: Turn, person: str, client: str) -> bool:
    """CT-4.4: she is at that client's about now, or tracks who is."""
    rows = turn.state.store.all(
        "SELECT id FROM visit WHERE client = ? AND open = 1 AND planned_start_ms <= ?",
        (client, turn.now_ms + NEED_MS),
    )
    visits = [found for (each,) in rows if (found := turn.visit(each)) is not None]
    return any(
        person == visit.tracker or any(part.worker == person for part in visit.parts)
        for visit in visits
    )


# What follows.


def _secret_of(turn: Turn, record: Record, event: Event, secret: str) -> str:
    """Keeps, forgets or shows the code; written within the turn, as the directory is."""
    if record.kind != "entry-code":
        return ""
    store = turn.state.store
    if secret:
        store.write(
            "INSERT INTO entry_code (record, code, changed_ms) VALUES (?,?,?) ON CONFLICT (record)"
            " DO UPDATE SET code = excluded.code, changed_ms = excluded.changed_ms",
            (record.id, secret, turn.now_ms),
        )
    elif record.state == "gone":
        store.write("DELETE FROM entry_code WHERE record = ?", (record.id,))
    elif event.data.get("verb") == "show_code":
        row = store.one("SELECT code FROM entry_code WHERE record = ?", (record.id,))
        return "" if row is None else str(row[0])
    return ""


def _follows(turn: Turn, record: Record, event: Event) -> None:
    """What it means for other records."""
    if record.kind == "incident" and event.data.get("verb") == "write" and record.client:
        for each in registers.records_of(turn.state, "assessment", record.client):
            if each.state != registers.ENDED:
                _news(turn, rule.SINCE, each, event.by)
    if record.kind == "review" and record.state == "done":
        keep_calendar(turn)


def _news(turn: Turn, kind: str, record: Record, by: str = "") -> None:
    event = Event(kind, turn.now_ms, by=by)
    _decided(turn, event, record, Seen(turn.state.store.genesis.zone))


def left(turn: Turn, person: str) -> None:
    """Somebody no longer works here: what she has is to be given back (CT-5.3, CT-6)."""
    for kind in ("key", "badge"):
        for record in registers.records_of(turn.state, kind):
            mine = person in (record.worker, record.fields.get("holder", ""))
            if mine and record.state not in REGISTERS[kind].ended:
                _news(turn, rule.LEFT, record)


def fire(turn: Turn, record_id: str, timer: str, due_ms: int) -> None:
    """A day has come."""
    record = registers.record_of(turn.state, record_id)
    if record is not None:
        event = Event("due", due_ms, worker=record.worker, data={"timer": timer})
        _decided(turn, event, record, Seen(turn.state.store.genesis.zone))
        if record.state == "waiting" and record.fields.get("drill"):
            drills.fell_due(turn, str(record.fields["drill"]))


def wrote(turn: Turn, by: str, **told: Value) -> Record | None:
    """Written by the hub for somebody who has done it elsewhere; None when it was refused."""
    named = str(told.get("record", ""))
    old = registers.record_of(turn.state, named) if named else None
    event = Event("write_record", turn.now_ms, by=by, data=told)
    decision = _decided(turn, event, old, _seen(turn, event, old, ""))
    if decision.refused or decision.record is None:
        return None
    _follows(turn, decision.record, event)
    return decision.record


def adopt(turn: Turn) -> None:
    """At a start, and when another procedure runs: its calendar, and what falls due by it."""
    keep_calendar(turn)
    zone = turn.state.store.genesis.zone
    for record in registers.open_records(turn.state):
        stands = {due.timer: due.anchor_ms for due in record.due}
        if record.kind != "review" and dues(turn.policy, record, zone) != stands:
            _news(turn, rule.ANEW, record)


def keep_calendar(turn: Turn) -> None:
    """Each duty of the procedure has one open period; one that it no longer has is ended."""
    duties = {row.id: row for row in turn.policy.reviews}
    open_ones = {}
    for record in registers.records_of(turn.state, "review"):
        if record.state in ("waiting", "due"):
            if str(record.fields["duty"]) in duties:
                open_ones[str(record.fields["duty"])] = record
            else:
                _news(turn, rule.ENDED, record)
    for duty in duties:
        if duty not in open_ones:
            event = Event(rule.BEGIN, turn.now_ms, data={"duty": duty})
            draw = int.from_bytes(turn.ids.random_bytes(6), "big")
            _decided(turn, event, None, Seen(turn.state.store.genesis.zone, draw=draw))
