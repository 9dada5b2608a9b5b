"""What was given, field by field: read into plain values, or refused with all that is wrong.

Rule: nothing is guessed, nothing is dropped in silence: a field that the verb does not take is a
fault, and so is every one that it needs and did not get; all are told at once.
"""

from collections.abc import Mapping
from datetime import date

from hub.registers.declare import Field, Register, Verb, alternatives
from hub.registers.seen import Seen
from hub.rules.model import Value

# Keys of the command that are no fields of the register.
NOT_FIELDS = frozenset(
    {"record", "kind", "verb", "about", "client", "worker", "override", "override_note"}
)
MAX_TEXT = 200
MAX_LONG = 2_000
MAX_NUMBER = 1_000_000
MAX_PEOPLE = 20
YEARS = (1990, 2099)
MIN_SECRET, MAX_SECRET = 4, 40
YES = {"1": True, "true": True, "yes": True, "on": True,
       "0": False, "false": False, "no": False, "off": False}  # fmt: skip
Faults = list[str]


def read(
    register: Register, verb: Verb, given: Mapping[str, Value], seen: Seen
) -> tuple[dict[str, Value], Faults]:
    """(values by field, everything that is wrong). A blank value counts as not given."""
    needed = [each for need in verb.needs for each in alternatives(need)]
    allowed = [*dict.fromkeys((*needed, *verb.takes))]
    values: dict[str, Value] = {}
    faults: Faults = []
    for name, value in given.items():
        if name in NOT_FIELDS or (isinstance(value, str) and not value.strip()):
            continue
        field = register.field_named(name)
        if field is None or name not in allowed:
            listed = ", ".join(allowed) or "nothing"
            faults.append(f"{name[:40]!r} is not taken here; allowed: {listed}")
            continue
        if field.type == "secret":
            faults.append(f"{name}: a secret is never among the other fields")
            continue
        found, fault = _value(field, value, seen)
        if fault:
            faults.append(f"{field.label}: {fault}")
        else:
            values[name] = found
    faults += _missing(register, verb, values, given, seen)
    if seen.secret and not any(
        field.type == "secret" for field in register.fields if field.name in allowed
    ):
        faults.append("a code is not taken here")
    return values, faults


def _missing(
    register: Register,
    verb: Verb,
    values: Mapping[str, Value],
    given: Mapping[str, Value],
    seen: Seen,
) -> Faults:
    """Every field that the verb needs and did not get at all; a faulty one is told already."""
    faults = []
    for need in verb.needs:
        fields = [register.field_named(name) for name in alternatives(need)]
        known = [field for field in fields if field is not None]
        if any(field.type == "secret" for field in known) and seen.secret:
            continue
        if not any(f.name in values or str(given.get(f.name, "")).strip() for f in known):
            faults.append(f"{' or '.join(field.label for field in known)}: is missing")
    return faults


def _value(field: Field, value: Value, seen: Seen) -> tuple[Value, str]:
    """(the value, "") or (anything, what is wrong and what is allowed)."""
    text = str(value).strip()
    if field.type == "yes":
        known = YES.get(text.lower())
        return (known, "") if known is not None else (False, "allowed is yes or no")
    if field.type == "number":
        is_number = text.isdecimal() and text.isascii() and len(text) <= 7
        is_number = is_number and int(text) <= MAX_NUMBER
        return (int(text), "") if is_number else (0, "allowed is a whole number to 1,000,000")
    if isinstance(value, bool):
        return "", "allowed is a text"
    return text, _text_fault(field, text, seen)


def _text_fault(field: Field, text: str, seen: Seen) -> str:
    if len(text) > (MAX_LONG if field.type == "long" else MAX_TEXT):
        return f"is too long; allowed is {MAX_LONG if field.type == 'long' else MAX_TEXT}"
    if field.type == "date":
        return "" if day_of(text) else "is no date like 2026-11-22"
    if field.type == "choice" and text not in field.choices:
        return f"{text[:40]!r} is none of {', '.join(field.choices)}"
    if field.type == "person" and text not in seen.roles:
        return f"{text[:40]!r} is nobody whom the hub knows"
    if field.type == "people":
        return _people_fault(text, seen)
    if field.type == "record" and text not in seen.records:
        return f"there is no record {text[:40]!r}"
    if field.type == "label" and field.name in seen.traceable:
        return "tells whose it is; allowed is a code without name, address, postcode or number"
    return ""


def _people_fault(text: str, seen: Seen) -> str:
    names = people_in(text)
    unknown = [name for name in names if name not in seen.roles]
    if len(names) > MAX_PEOPLE:
        return f"allowed are {MAX_PEOPLE} people"
    return f"{unknown[0][:40]!r} is nobody whom the hub knows" if unknown else ""


def people_in(text: str) -> list[str]:
    """Names of a comma separated list, each once."""
    return [*dict.fromkeys(name.strip() for name in text.split(",") if name.strip())]


def day_of(text: str) -> date | None:
    """The day, or None for what is none of ours."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    lawful = found.isoformat() == text and YEARS[0] <= found.year <= YEARS[1]
    return found if lawful else None


def secret_fault(secret: str) -> str:
    """What is wrong with a code, never the code itself."""
    if not MIN_SECRET <= len(secret) <= MAX_SECRET or not secret.isprintable():
        return f"a code has {MIN_SECRET} to {MAX_SECRET} characters"
    return ""
