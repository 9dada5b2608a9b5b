"""A row of the log as one sentence with names: rules.explain says it, this puts names for ids."""

from hub.registers.kinds import REGISTERS
from hub.rules import explain
from hub.store.views import LogLine
from hub.web.views import times, words
from hub.web.views.scene import Scene

# What is said of an alarm in the same turn as the event that caused it.
ALARM_ROWS = {
    "alarm_raised": "Alarm",
    "alarm_pressed": "Alarm again",
    "alarm_answered": "Alarm over",
}


def sentence(scene: Scene, row: LogLine) -> str:
    """One line of the log for people. An erased payload still has its kind, its ids, its reason."""
    if row.refused:
        return f"Refused to {name(scene, row.by)}: {row.refused}"
    if row.kind in ALARM_ROWS:
        return f"{ALARM_ROWS[row.kind]}: {row.reason}."
    if row.kind == "due" and row.alarm:
        return f"{capital(row.reason)}."
    if row.kind == "looked":
        return f"{name(scene, row.by)} looked at personal details."
    if row.kind not in explain.SAYS:
        return capital(row.reason) or capital(words.spoken(row.kind)) + "."
    return explain.sentence(row.kind, **spoken_facts(scene, row))


def spoken_facts(scene: Scene, row: LogLine) -> dict[str, object]:
    """The facts of a row with names for ids and wall-clock times for milliseconds."""
    facts: dict[str, object] = {
        key: name(scene, value) if key in ("tracker", "person", "departure_contact") else value
        for key, value in ((key, str(value)) for key, value in row.facts.items())
        if value
    }
    for key, value in row.facts.items():
        if key.endswith("_ms") and isinstance(value, int) and value:
            facts[key.removesuffix("_ms")] = times.when(value, scene.now_ms, scene.zone)
    if row.worker or facts.get("workers"):
        workers = (row.worker or str(facts["workers"])).split(",")
        facts["worker"] = words.together([name(scene, worker) for worker in workers])
    if row.by:
        facts["by"] = name(scene, row.by)
    if row.pendant:
        facts["pendant"] = row.pendant
    if (client := scene.clients.get(str(facts.get("client", "")))) is not None:
        facts["client"] = client.code
    if facts.get("role"):
        facts["role"] = scene.role_name(str(facts["role"]))
    facts |= spoken_names(scene, row)
    if (timer := scene.timer(str(facts.get("timer", "")))) is not None and timer.say:
        facts["say"] = f"{capital(timer.say)}."
    return facts


def spoken_names(scene: Scene, row: LogLine) -> dict[str, object]:
    """Tasks, cases, registers and verbs by what they are called, as far as it is known here."""
    alarm = next((each for each in scene.alarms if each.id == row.alarm), None)
    called: dict[str, object] = {}
    for key, word, rows in (
        ("task", "what", [(task.id, task.text) for task in alarm.tasks] if alarm else ()),
        ("case", "case", [(case.id, case.name) for case in alarm.cases] if alarm else ()),
    ):
        if asked := str(row.facts.get(key, "")):
            called[word] = dict(rows).get(asked, words.spoken(asked))
    register = REGISTERS.get(str(row.facts.get("kind", "")))
    verb = register.verb_named(str(row.facts.get("verb", ""))) if register else None
    if register is not None and verb is not None:
        called |= {"kind": register.title, "verb": verb.label}
    return called


def name(scene: Scene, person: str) -> str:
    return scene.person_name(person) if person else "somebody"


def capital(text: str) -> str:
    """As a sentence begins; the rest is left as it is."""
    return text[:1].upper() + text[1:]
