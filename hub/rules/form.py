"""State as JSON and back, without loss. Fields at their default are left out: rows stay small.

Rule: `load_visit(dump(visit)) == visit`, and the same for every other thing of rules/model.py; a
Hypothesis round trip holds it.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from hub.rules.effects import Decision, Effect, Page, RaiseAlarm, ResolveAlarms
from hub.rules.model import (
    NOTHING,
    Act,
    Alarm,
    Attempt,
    Case,
    Claim,
    Deadline,
    Duties,
    Event,
    Ladder,
    Mark,
    Part,
    Press,
    Record,
    Step,
    Task,
    Visit,
)

Json = dict[str, Any]  # what json.loads gives
_SHAPES = (Event, Mark, Claim, Attempt, Deadline, Part, Visit, Press, Step, Task, Case, Ladder,
           Alarm, Act, Record, Duties, RaiseAlarm, Page, ResolveAlarms)  # fmt: skip
_EFFECTS: dict[str, type[Effect]] = {
    "raise": RaiseAlarm,
    "page": Page,
    "resolve": ResolveAlarms,
}
_EFFECT_NAMES: dict[type[Effect], str] = {shape: name for name, shape in _EFFECTS.items()}


def _default(field: Any) -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default  # MISSING equals nothing that a field can hold


def _shape(shape: Any) -> tuple[tuple[str, ...], tuple[object, ...], Callable[[Any], Any]]:
    """(names, defaults, what reads all the values at once)."""
    names = tuple(field.name for field in fields(shape))
    return names, tuple(_default(field) for field in fields(shape)), attrgetter(*names)


_FIELDS: dict[type, tuple[tuple[str, ...], tuple[object, ...], Callable[[Any], Any]]] = {
    shape: _shape(shape) for shape in _SHAPES
}
MAX_KNOWN_CLAIMS = 20_000  # of a thousand visits at the limit of rules/changes.py; some megabytes
_PLAIN = frozenset({str, int, bool})  # by exact type: this is the busiest line of the hub


def dump(thing: object) -> Json:
    """One dataclass of rules/model.py as a dictionary of JSON's own types."""
    names, defaults, values = _FIELDS[type(thing)]
    return {
        name: value if type(value) in _PLAIN else _plain(value)
        for name, value, default in zip(names, values(thing), defaults, strict=True)
        if value is not default and value != default
    }


def _plain(value: object) -> object:
    # By exact type: asking each claim whether it is a Mapping, an abstract class, costs more than
    # writing it down.
    shape = type(value)
    if shape is Claim:
        return _claim(value)
    if shape in _FIELDS:
        return dump(value)
    if isinstance(value, tuple):
        return [each if type(each) in _PLAIN else _plain(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else value


# A claim stays in the state, unchanged, for the next twenty presses and is written with each. What
# this gives is shared: nobody may change it.
_claim = lru_cache(maxsize=MAX_KNOWN_CLAIMS)(dump)


def _many(load: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: tuple([load(value) for value in values])


def _step(d: Json) -> Step:
    return Step(tuple(d["roles"]), d["wait_ms"], d.get("say", ""))


def load_ladder(d: Json) -> Ladder:
    steps = tuple(_step(step) for step in d["steps"])
    clause, source = tuple(d.get("clause", ())), d.get("source", "ours")
    return Ladder(d["id"], steps, d["first_lease_ms"], d["lease_ms"], clause, source)


def load_task(d: Json) -> Task:
    lists = {name: tuple(d.get(name, ())) for name in ("roles", "spared_by", "waived_by", "clause")}
    return Task(**{**d, **lists})


def load_case(d: Json) -> Case:
    tasks = tuple(load_task(task) for task in d.get("tasks", ()))
    contacts, clause = tuple(d.get("contacts", ())), tuple(d.get("clause", ()))
    return Case(d["id"], d["name"], tasks, contacts, clause)


def load_duties(d: Json) -> Duties:
    """From a row that raised an alarm; an older one has none."""
    tasks = tuple(load_task(task) for task in d.get("tasks", ()))
    return Duties(tasks, tuple(load_case(case) for case in d.get("cases", ())))


def _press(d: Json) -> Press:
    return Press(**d)


_attempts = _many(lambda d: Attempt(**d))
_texts = _many(str)
_PART: dict[str, Callable[[Any], Any]] = {
    "marks": _many(lambda d: Mark(**d)),
    "claims": _many(lambda d: Claim(**d)),
    "attempts": _attempts,
    "fired": _many(tuple),
    "facts": _texts,
}
_ALARM: dict[str, Callable[[Any], Any]] = {
    "ladder": load_ladder,
    "interested": _texts,
    "presses": _many(_press),
    "attempts": _attempts,
    "tasks": _many(load_task),
    "cases": _many(load_case),
    "drill": lambda value: value is True,  # anything else reads real (SU-drill)
}


def _rebuilt(d: Json, builders: Mapping[str, Callable[[Any], Any]]) -> Json:
    return {key: builders[key](value) if key in builders else value for key, value in d.items()}


def load_part(d: Json) -> Part:
    return Part(**_rebuilt(d, _PART))


_VISIT: dict[str, Callable[[Any], Any]] = {
    "parts": _many(load_part),
    "level_reasons": _texts,
    "facts": _texts,
    "overridden": _texts,
}


def load_visit(d: Json) -> Visit:
    return Visit(**_rebuilt(d, _VISIT))


def load_alarm(d: Json) -> Alarm:
    return Alarm(**_rebuilt(d, _ALARM))


_RECORD: dict[str, Callable[[Any], Any]] = {
    "fields": MappingProxyType,
    "acts": _many(lambda d: Act(**d)),
    "due": _many(lambda d: Deadline(**d)),
    "late": _texts,
}


def load_record(d: Json) -> Record:
    return Record(**_rebuilt(d, _RECORD))


def load_event(d: Json) -> Event:
    found = {**d, "data": MappingProxyType(d["data"]) if d.get("data") else NOTHING}
    return Event(**found)


def load_deadline(d: Json) -> Deadline:
    return Deadline(**d)


def dump_effect(effect: Effect) -> Json:
    """The effect with its name under "effect": raise, page or resolve."""
    return {"effect": _EFFECT_NAMES[type(effect)], **dump(effect)}


_EFFECT: dict[str, Callable[[Any], Any]] = {
    "press": _press,
    "clause": _texts,
    "roles": _texts,
    "sources": _texts,
    "people": _texts,
    "drill": lambda value: value is True,
}


def load_effect(d: Json) -> Effect:
    body = {key: value for key, value in d.items() if key != "effect"}
    return _EFFECTS[d["effect"]](**_rebuilt(body, _EFFECT))


def dump_decision(decision: Decision) -> Json:
    """What the log keeps of a decision: enough to replay the board without the rules."""
    found: Json = {}
    if decision.visit is not None:
        found["visit"] = dump(decision.visit)
    if decision.alarm is not None:
        found["alarm"] = dump(decision.alarm)
    if decision.record is not None:
        found["record"] = dump(decision.record)
    if decision.effects:
        found["effects"] = [dump_effect(effect) for effect in decision.effects]
    for name in ("reason", "refused", "gate"):
        if getattr(decision, name):
            found[name] = getattr(decision, name)
    if decision.clause:
        found["clause"] = list(decision.clause)
    return found


def load_decision(d: Json) -> Decision:
    return Decision(
        visit=load_visit(d["visit"]) if "visit" in d else None,
        alarm=load_alarm(d["alarm"]) if "alarm" in d else None,
        effects=tuple(load_effect(effect) for effect in d.get("effects", ())),
        reason=d.get("reason", ""),
        refused=d.get("refused", ""),
        clause=tuple(d.get("clause", ())),
        gate=d.get("gate", ""),
        record=load_record(d["record"]) if "record" in d else None,
    )
