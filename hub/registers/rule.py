"""The rule of a record: a verb that somebody does, a day that comes, what the hub begins itself.

Rule: a refusal tells everything that is wrong and changes nothing; what was written is never
overwritten without an act by name; nobody signs her own; no secret passes through here.
"""

from dataclasses import replace

from hub.policy.duties import RegisterRule
from hub.policy.model import Policy
from hub.registers import given
from hub.registers.declare import NEW, Register, Verb
from hub.registers.dues import scheduled
from hub.registers.kinds import REGISTERS
from hub.registers.lawful import WRITES, Fields, about_whom, cited, not_by, unlawful
from hub.registers.reminders import began, due
from hub.registers.seen import Seen
from hub.rules.dangers import alarm_of
from hub.rules.directory import ClientFacts, Directory, WorkerFacts
from hub.rules.effects import Decision, Effect, Page
from hub.rules.gates import Asked, closed_gate
from hub.rules.model import Act, Event, Record

MAX_ACTS = 200  # kept in the record; the first and the newest stay, all are in the log
# What the hub does to a record by itself, besides what falls due.
BEGIN, SINCE, LEFT, ENDED = "review_began", "incident_since", "holder_left", "review_ended"
ANEW = "procedure_changed"
NEWS = {
    SINCE: ("incident_ms", "an incident since: to be reviewed again"),
    LEFT: ("gone_ms", "who has it no longer works here: to be given back"),
}


def decide(
    policy: Policy, old: Record | None, event: Event, record_id: str, now_ms: int, seen: Seen
) -> Decision:
    """One event of a record, or of one that is to be."""
    if event.kind == BEGIN:
        return began(policy, event, record_id, seen)
    if old is None or event.kind == "write_record":
        return _written(policy, old, event, record_id, seen)
    if event.kind == "due":
        return due(policy, old, event, now_ms, seen)
    if event.kind == ENDED:
        ended = replace(old, state="ended", due=(), late=(), version=old.version + 1)
        return Decision(record=ended, reason="no longer a duty of the procedure")
    if event.kind == ANEW:
        new = scheduled(policy, old, old, seen.zone, event.at_ms)
        new = replace(new, version=old.version + 1)
        return Decision(record=new, reason="due from now on by the procedure of today")
    field, why = NEWS[event.kind]
    fields = {**old.fields, field: event.at_ms}
    new = replace(old, fields=fields, version=old.version + 1)
    return Decision(record=scheduled(policy, old, new, seen.zone, event.at_ms), reason=why)


# A verb.


def _written(
    policy: Policy, old: Record | None, event: Event, record_id: str, seen: Seen
) -> Decision:
    kind = old.kind if old is not None else str(event.data.get("kind", ""))
    register = REGISTERS.get(kind)
    if register is None:
        return _refused(old, f"There is no register {kind[:40]!r}; there is {', '.join(REGISTERS)}")
    state = NEW if old is None else old.state
    name = str(event.data.get("verb", ""))
    verb = register.verb_named(name)
    if verb is None or state not in verb.starts:
        possible = ", ".join(each.name for each in register.verbs_in(state)) or "nothing"
        now = "it is not written yet" if old is None else f"it is {register.states[state]}"
        return _refused(old, f"{name[:40]!r} cannot be done now ({now}); allowed: {possible}")
    row = policy.register.get(kind)
    values, faults = given.read(register, verb, event.data, seen)
    about, wrong = about_whom(register, old, event, seen)
    faults = wrong + faults + unlawful(policy, register, verb, row, old, values, seen)
    if why := not_by(policy, verb, row, old, about, values, event.by, seen):
        faults.insert(0, why)
    if faults:
        return _refused(old, "; ".join(fault.rstrip(".") for fault in faults), row)
    new = _made(policy, register, verb, old, event, record_id, about, values)
    if verb.asks_gates and (decision := _closed(policy, old, new, event, seen)):
        return decision
    new = scheduled(policy, old, new, seen.zone, event.at_ms)
    reason = f"{register.title}: {verb.label[0].lower()}{verb.label[1:]}"
    return Decision(
        record=new,
        effects=_at_once(policy, verb, row, new, event),
        reason=f"{reason} ({cited(row)})",
        clause=() if row is None else row.clause,
    )


def _refused(old: Record | None, why: str, row: RegisterRule | None = None) -> Decision:
    said = f"{why[:1].upper()}{why[1:].rstrip('.')}."
    clause = () if row is None else row.clause
    return Decision(record=old, refused=said, reason=said, clause=clause)


def _made(
    policy: Policy,
    register: Register,
    verb: Verb,
    old: Record | None,
    event: Event,
    record_id: str,
    about: tuple[str, str],
    values: Fields,
) -> Record:
    fields: Fields = {**({} if old is None else old.fields), **values}
    if verb.name in WRITES:
        fields.pop("incident_ms", None)
        if not values.get("significant"):
            fields.pop("significant", None)
        fields.pop("dealt", None)
    if verb.name in HOLDS_NO_MORE:
        fields.pop("holder", None)
        fields.pop("back_by", None)
    if verb.name in (*HOLDS_NO_MORE, "sign_out", "hand_to_staff"):
        fields.pop("gone_ms", None)
    acts = () if old is None else old.acts
    if len(acts) >= MAX_ACTS:
        acts = (acts[0], *acts[len(acts) - MAX_ACTS + 2 :])
    return Record(
        id=record_id,
        kind=register.kind,
        state=verb.to or (old.state if old is not None else NEW),
        client=about[0],
        worker=about[1],
        fields=fields,
        acts=(*acts, Act(verb.name, event.by, event.at_ms)),
        due=() if old is None else old.due,
        late=() if old is None else old.late,
        terms=f"{policy.id}@{policy.version}",
        version=1 if old is None else old.version + 1,
    )


HOLDS_NO_MORE = ("sign_in", "agree", "found", "give_back")


def _closed(
    policy: Policy, old: Record | None, new: Record, event: Event, seen: Seen
) -> Decision | None:
    """The policy's gates on write_record, which see the whole record as it would be."""
    told = {key: event.data[key] for key in ("override", "override_note") if key in event.data}
    facts: Fields = {**new.fields, "kind": new.kind, "verb": new.acts[-1].verb, **told}
    asked = Asked(
        event=replace(event, data=facts),
        level="",
        facts=frozenset(),
        directory=Directory(
            roles={role: frozenset({event.by}) for role in seen.roles.get(event.by, ())},
            clients={"": ClientFacts()},
            workers={new.worker: WorkerFacts()} if new.worker else {},
        ),
        workers=(new.worker,) if new.worker else (),
    )
    gate = closed_gate(policy, "write_record", asked)
    if gate is None:
        return None
    return Decision(record=old, refused=gate.reason, reason=gate.reason, clause=gate.clause)


def _at_once(
    policy: Policy, verb: Verb, row: RegisterRule | None, record: Record, event: Event
) -> tuple[Effect, ...]:
    """What it raises, and who is told at once."""
    told = () if row is None else row.told
    found: list[Effect] = []
    if verb.raises and (told or not verb.tells):
        worker = record.worker or str(record.fields.get("holder", ""))
        source = f"{verb.raises}:{record.id}"
        raised = alarm_of(policy, verb.raises, event, source, worker=worker)
        # A key by its coded label, which tells nobody whose it is (CT-5.2); others by their number.
        named = str(record.fields.get("label", ""))
        which = f"coded label {named}" if named else f"record {record.id}"
        found.append(replace(raised, why=f"{raised.why}, {which}"))
        ladder = policy.ladder.get(raised.ladder)
        first = ladder.steps[0].roles if ladder is not None and ladder.steps else ()
        told = tuple(role for role in told if role not in first)
    if verb.tells and told:
        title = REGISTERS[record.kind].title
        why = f"{title}: {verb.label.lower()} ({cited(row)}). Record {record.id}."
        found.append(Page(told, "record_told", why, record=record.id))
    return tuple(found)
