"""The form of one verb of a register: its fields as questions, with what is already written.

Rule: which fields there are and which are needed is the declaration's to say (hub/registers).
"""

from dataclasses import replace

from hub.policy.duties import RegisterRule
from hub.registers.declare import NEW, Register, Verb, alternatives
from hub.registers.declare import Field as Declared
from hub.rules.model import Record, Value
from hub.web.views import times
from hub.web.views.fields import Field, Form
from hub.web.views.scene import Scene

KINDS = {"text": "text", "long": "area", "date": "date", "number": "number", "yes": "flag",
         "choice": "choice", "person": "choice", "people": "many", "record": "text",
         "label": "text", "secret": "secret"}  # fmt: skip
NUMBER_MAX = 1_000_000
# Days that are today's when a record is begun; a day that lies ahead is never guessed.
TODAY = frozenset({"happened", "assessed_on", "issued", "read_on", "shown_on", "changed",
                   "first_day", "received"})  # fmt: skip
LOUD = frozenset({"report_lost", "report_stolen", "give_up", "bar", "remove", "end", "cancel"})


def labels(row: RegisterRule | None) -> dict[str, str]:
    """The procedure's own review questions in place of "Answer to question 1" (HM-13)."""
    questions = row.questions if row is not None else ()
    return {f"answer_{number}": question for number, question in enumerate(questions, 1)}


def form_of(
    scene: Scene,
    register: Register,
    verb: Verb,
    row: RegisterRule | None,
    record: Record | None = None,
    about: str = "",
) -> Form:
    """For a record that there is, or for a new one."""
    url = (
        f"/records/{record.id}/{verb.name}" if record else f"/registers/{register.kind}/{verb.name}"
    )
    fixed: dict[str, Value] = {"kind": register.kind, "verb": verb.name}
    if record is not None:
        fixed["record"] = record.id
    questions = [
        question(scene, field, verb, row, record) for field in asked_of(register, verb, row)
    ]
    if record is None and NEW in verb.starts:
        whom, more = about_whom(scene, register, verb, about)
        fixed |= more
        questions = [*whom, *questions]
        questions = [mine(scene, each, verb) for each in questions]
    return Form("write_record", verb.label, verb.label, url, tuple(questions), fixed,
                record.version if record else None, hint=hint(verb, row),
                css="danger" if verb.name in LOUD else "")  # fmt: skip


def asked_of(register: Register, verb: Verb, row: RegisterRule | None) -> list[Declared]:
    """The fields in the order of the declaration; of the answers only those that are asked."""
    names = {name for need in verb.needs for name in alternatives(need)} | set(verb.takes)
    questions = labels(row)
    return [
        field
        for field in register.fields
        if field.name in names and (not field.name.startswith("answer_") or field.name in questions)
    ]


def question(scene: Scene, field: Declared, verb: Verb, row: RegisterRule | None,
             record: Record | None) -> Field:  # fmt: skip
    either = next((need for need in verb.needs if field.name in alternatives(need)), "")
    old = record.fields.get(field.name, "") if record is not None else ""
    value = "yes" if old is True else "" if old is False else str(old)
    if not value and field.type == "date" and field.name in TODAY:
        value = f"{times.local(scene.now_ms, scene.zone):%Y-%m-%d}"
    return Field(
        name=field.name,
        label=labels(row).get(field.name, field.label),
        kind=KINDS[field.type],
        required=bool(either) and "|" not in either,
        options=options(scene, field),
        value=value if field.type != "secret" else "",
        hint="One of the two is needed." if "|" in either else "",
        most=NUMBER_MAX if field.type == "number" else 0,
    )


def options(scene: Scene, field: Declared) -> tuple[tuple[str, str], ...]:
    if field.type == "choice":
        return tuple(field.choices.items())
    if field.type in ("person", "people"):
        return people(scene)
    return ()


def people(scene: Scene) -> tuple[tuple[str, str], ...]:
    return tuple((p.id, p.name) for p in scene.people.values() if p.active)


def about_whom(
    scene: Scene, register: Register, verb: Verb, about: str
) -> tuple[list[Field], dict[str, Value]]:
    """Whom it is about: asked, or known because she signs for herself."""
    if verb.who == "herself":
        return [], {"about": scene.viewer}
    clients = tuple((c.id, f"{c.code}, {c.area}") for c in scene.clients.values())
    worker = Field("worker", "About whom", "choice", register.about == "worker", people(scene),
                   about if about in scene.people else "")  # fmt: skip
    client = Field("client", "Client", "choice", register.about == "client", clients,
                   about if about in scene.clients else "")  # fmt: skip
    wanted = {"worker": [worker], "client": [client], "either": [worker, client]}
    return wanted.get(register.about, []), {}


def mine(scene: Scene, field: Field, verb: Verb) -> Field:
    """What the hub knows of who signs for herself (CT-10) need not be typed."""
    person = scene.people.get(scene.viewer)
    if verb.who != "herself" or person is None or field.value:
        return field
    known = {"title": scene.policy.title, "printed_name": person.name,
             "job_title": person.job_title,
             "reference": f"{scene.policy.id}, version {scene.policy.version}"}  # fmt: skip
    return replace(field, value=known.get(field.name, ""))


def hint(verb: Verb, row: RegisterRule | None) -> str:
    if verb.raises or verb.tells:
        return "Whoever must know is told at once."
    if verb.who in ("signer", "second"):
        return "You sign with your name."
    return f"A copy goes to {', '.join(row.copies)}." if row and row.copies else ""
