"""Registers on the screen: lists, records and forms, made of hub/registers' declarations.

Rules: nothing about a register stands here but how it is drawn; what is closed is shown to its
keepers, the person herself and whoever has an alarm about her, and each look is on the record
(DC-contacts); a key's list names no client beside the label (CT-5.2); an entry code is in none of
it (CT-4.4).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hub.policy.duties import RegisterRule
from hub.registers.declare import NEW, Register, Verb
from hub.registers.dues import TIMERS
from hub.registers.kinds import REGISTERS, meaning
from hub.registers.lawful import keepers, signers
from hub.rules.model import Record, Value
from hub.web.views import times
from hub.web.views.fields import Form
from hub.web.views.record_forms import form_of, labels
from hub.web.views.scene import Scene
from hub.web.views.sentences import capital

UNNAMED = frozenset({"key", "entry-code"})  # their lists do not say whose it is
SHOW_CODE = "show_code"
NAME_MAX = 90


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the overview."""

    url: str
    title: str
    said: str
    clause: str
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class Row:
    """One record in a list. `late`: something about it is due and nobody acted."""

    url: str
    name: str
    about: str
    state: str
    holder: str
    due: str
    late: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    kind: str
    title: str
    said: str
    clause: str
    closed: bool
    rows: tuple[Row, ...]
    ended: tuple[Row, ...]
    begin: tuple[tuple[str, str], ...]  # (url, words)
    hidden: int


@dataclass(frozen=True, slots=True)
class RecordPage:
    id: str
    title: str
    register: str
    register_url: str
    about: str
    state: str
    facts: tuple[tuple[str, str], ...]
    due: tuple[tuple[str, bool], ...]
    acts: tuple[str, ...]
    forms: tuple[Form, ...]
    has_code: bool


def row_of(scene: Scene, kind: str) -> RegisterRule | None:
    """How this procedure keeps the register; None: it says nothing of it."""
    return scene.policy.register.get(kind)


def may_read(scene: Scene, register: Register, record: Record) -> bool:
    """Need to know. Where the procedure names no keeper, whoever is on duty keeps it."""
    if not register.closed or scene.viewer == record.worker:
        return True
    named = keepers(row_of(scene, register.kind)) or tuple(scene.duty)
    if scene.viewer_holds(named):
        return True
    return any(
        alarm.owner == scene.viewer and alarm.worker == record.worker and alarm.state != "resolved"
        for alarm in scene.alarms
    )


def overview(scene: Scene, records: Callable[[str], Sequence[Record]]) -> tuple[Entry, ...]:
    """Those that the procedure keeps first."""
    out = []
    for kind, register in REGISTERS.items():
        row = row_of(scene, kind)
        found = records(kind)
        out.append(
            Entry(
                url=f"/registers/{kind}",
                title=register.title,
                said=row.text if row else capital(meaning(kind)) + ".",
                clause=", ".join(row.clause) if row else "",
                count=len(found),
                late=sum(bool(record.late) for record in found),
            )
        )
    return tuple(sorted(out, key=lambda entry: (not entry.late, not entry.clause)))


def listing(
    scene: Scene, kind: str, live: Sequence[Record], ended: Sequence[Record], whom: str = ""
) -> ListPage:
    """`whom`: only what is about this client or worker."""
    register, row = REGISTERS[kind], row_of(scene, kind)
    if whom:
        live = [record for record in live if whom in (record.client, record.worker)]
        ended = [record for record in ended if whom in (record.client, record.worker)]
    more = f"&about={whom}" if whom else ""
    mine = [record for record in live if may_read(scene, register, record)]
    over = [record for record in ended if may_read(scene, register, record)]
    rows = [line(scene, register, record) for record in mine]
    return ListPage(
        kind=kind,
        title=register.title,
        said=row.text if row else capital(meaning(kind)) + ".",
        clause=", ".join(row.clause) if row else "",
        closed=register.closed,
        rows=tuple(sorted(rows, key=lambda each: not each.late)),
        ended=tuple(line(scene, register, record) for record in over),
        begin=() if register.automatic else tuple(
            (f"/registers/{kind}/new?verb={verb.name}{more}", verb.label)
            for verb in register.verbs_in(NEW)
        ),
        hidden=len(live) - len(mine),
    )  # fmt: skip


def line(scene: Scene, register: Register, record: Record) -> Row:
    name = value_words(scene, register, record, register.named_by) or record.id
    return Row(
        url=f"/records/{record.id}",
        name=name if len(name) <= NAME_MAX else f"{name[: NAME_MAX - 1]}…",
        about="" if register.kind in UNNAMED else about(scene, record),
        state=register.states.get(record.state, record.state),
        holder=scene.person_name(str(record.fields["holder"])) if has_holder(record) else "",
        due=" · ".join(words for words, _ in dues(scene, record)),
        late=bool(record.late),
    )


def has_holder(record: Record) -> bool:
    """Who has it, only while somebody has."""
    return bool(record.fields.get("holder")) and record.state in ("out", "with-staff", "emergency")


def about(scene: Scene, record: Record) -> str:
    """Whom it is about: a worker's name, a client's code, never an address."""
    said = []
    if record.worker:
        said.append(scene.person_name(record.worker))
    if (client := scene.clients.get(record.client)) is not None:
        said.append(f"{client.code}, {client.area}")
    return " · ".join(said)


def dues(scene: Scene, record: Record) -> tuple[tuple[str, bool], ...]:
    """What falls due, by which day, and whether that day has come. Nobody is shown the moment of
    what comes by lot (SU-drill)."""
    out: list[tuple[str, bool]] = []
    if record.fields.get("at_random"):
        return ()
    for due in record.due:
        day_ms = due.anchor_ms or due.due_ms
        what = TIMERS.get(due.timer, due.timer)
        late = due.timer in record.late
        day = times.local(day_ms, scene.zone)
        out.append((f"{what}{', since' if late else ' by'} {day.day} {day:%b %Y}", late))
    return tuple(out)


def page(scene: Scene, record: Record) -> RecordPage:
    """One record, everything that was written, and what may be done with it."""
    register = REGISTERS[record.kind]
    row = row_of(scene, record.kind)
    verbs = [verb for verb in register.verbs_in(record.state) if may_do(scene, row, record, verb)]
    return RecordPage(
        id=record.id,
        title=value_words(scene, register, record, register.named_by) or record.id,
        register=register.title,
        register_url=f"/registers/{record.kind}",
        about=about(scene, record),
        state=register.states.get(record.state, record.state),
        facts=facts(scene, register, record),
        due=dues(scene, record),
        acts=acts(scene, register, record),
        forms=tuple(form_of(scene, register, verb, row, record) for verb in verbs
                    if verb.name != SHOW_CODE),
        has_code=any(verb.name == SHOW_CODE for verb in verbs),
    )  # fmt: skip


def may_do(scene: Scene, row: RegisterRule | None, record: Record, verb: Verb) -> bool:
    """Offered to whom the rule would let; what the rule alone can tell, it tells when asked."""
    mine = scene.viewer in (record.worker, record.fields.get("holder", ""))
    if verb.who in ("signer", "second"):
        return not mine and scene.viewer_holds(signers(scene.policy, row, verb.who))
    if verb.who == "keeper":
        return mine or not keepers(row) or scene.viewer_holds(keepers(row))
    if verb.who == "herself":
        return scene.viewer == record.worker
    return verb.who != "another" or not mine


def facts(scene: Scene, register: Register, record: Record) -> tuple[tuple[str, str], ...]:
    said = labels(row_of(scene, register.kind))
    return tuple(
        (said.get(field.name, field.label), words)
        for field in register.fields
        if (words := value_words(scene, register, record, field.name))
    )


def value_words(scene: Scene, register: Register, record: Record, name: str) -> str:
    """The value of a field as a person reads it."""
    field = register.field_named(name)
    value = record.fields.get(name)
    if field is None or value is None or value in ("", False) or field.type == "secret":
        return ""
    if field.type == "yes":
        return "yes"
    if field.type == "choice":
        return str(field.choices.get(str(value), value))
    if field.type in ("person", "people"):
        return ", ".join(scene.person_name(each.strip()) for each in str(value).split(","))
    return str(value)


def acts(scene: Scene, register: Register, record: Record) -> tuple[str, ...]:
    """Who did what to it, and when: each name is a signature."""
    out = []
    for act in reversed(record.acts):
        verb = register.verb_named(act.verb)
        at = times.local(act.at_ms, scene.zone)
        who = scene.person_name(act.by) if act.by else "the hub"
        label = verb.label if verb else act.verb
        out.append(f"{at.day} {at:%b %Y, %H:%M}: {label}, {who}")
    return tuple(out)


def given(record: Record | None, register: str, verb: str) -> Mapping[str, Value]:
    """What every posted form of a record says besides its fields."""
    if record is not None:
        return {"record": record.id, "kind": record.kind, "verb": verb}
    return {"kind": register, "verb": verb}
