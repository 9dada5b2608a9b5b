"""Forms as plain values: what is asked, how it is read, what was wrong with it.

Rule: one definition both draws a form and reads it back, so that they cannot drift; a wrong entry
keeps everything that was typed and says at the field what is allowed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from hub.rules.model import Value
from hub.web.views import times

TEXT_MAX = 2_000  # a note, not a novel: it is stored in the log for ever
WORKERS_MAX = 8
AHEAD_MAX_MS = 12 * 3_600_000  # a plain time beyond that was meant for today, and is past
TIME = re.compile(r"([01]?\d|2[0-3])[:.]?([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `kind`: text, area, tick, flag, yesno, choice, radio, many, number, time,
    datetime, date, press (a button for each answer instead of the form's own), hidden (a number
    that goes along with the page as it was drawn). `group`: the heading under which it stands."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()  # (value, words)
    value: str = ""
    hint: str = ""
    least: int = 0
    most: int = 0  # of a time: how many ms ahead it may lie
    error: str = ""
    group: str = ""
    links: tuple[str, ...] = ()  # beside each option: what a phone dials
    drawn: str | None = None  # the value that it was drawn with; None: nobody has posted it yet
    folded: bool = False  # its group stands closed until somebody opens it

    @property
    def typed(self) -> bool:
        """Whether somebody has answered it, other than as it was drawn."""
        return self.drawn is not None and bool(self.value) and self.value != self.drawn

    @property
    def values(self) -> tuple[str, ...]:
        """What is chosen of a `many`."""
        return tuple(v for v in self.value.split(",") if v)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that stand together. `is_open`: something was typed in it, or is wrong there."""

    title: str
    fields: tuple[Field, ...]
    folded: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A command as a form. `fixed` goes along unasked; `version` tells a stale page."""

    kind: str
    title: str
    button: str
    url: str
    fields: tuple[Field, ...] = ()
    fixed: Mapping[str, Value] = field(default_factory=dict)
    version: int | None = None
    say: tuple[str, ...] = ()  # what to say on the phone, in order
    hint: str = ""
    css: str = ""
    refused: str = ""
    told: tuple[str, ...] = ()  # what the procedure says to whoever does this

    @property
    def is_wrong(self) -> bool:
        """Whether it came back, with what was typed in it."""
        return bool(self.refused) or any(f.error for f in self.fields)

    @property
    def presses(self) -> Field | None:
        """The question that the buttons answer."""
        return next((f for f in self.fields if f.kind == "press"), None)

    @property
    def sections(self) -> tuple[Section, ...]:
        """The visible questions by their headings, in order."""
        grouped: dict[tuple[str, bool], list[Field]] = {}
        for asked in self.fields:
            if asked.kind not in ("hidden", "press"):
                grouped.setdefault((asked.group, asked.folded), []).append(asked)
        return tuple(
            Section(title, tuple(fields), folded, any(f.error or f.typed for f in fields))
            for (title, folded), fields in grouped.items()
        )

    def plus(self, *more: Field) -> "Form":
        """With these questions too; one of the same name is replaced."""
        names = {f.name for f in more}
        return replace(self, fields=(*(f for f in self.fields if f.name not in names), *more))

    def wrong(self, name: str, said: str) -> "Form":
        """With what is wrong at one of its fields."""
        fields = tuple(replace(f, error=said) if f.name == name else f for f in self.fields)
        return replace(self, fields=fields)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was posted, as the command's data; `form` carries what was typed and what is wrong."""

    ok: bool
    data: Mapping[str, Value]
    form: Form


class Wrong(ValueError):
    """An entry that cannot be read; the message says what is allowed."""


def as_it_is(asked: Reading) -> Reading:
    """For forms whose fields say everything."""
    return asked


def read(form: Form, posted: Mapping[str, str], now_ms: int, zone: ZoneInfo) -> Reading:
    """All fields at once, so that all errors are seen at once."""
    data: dict[str, Value] = dict(form.fixed)
    fields = []
    for asked in form.fields:
        typed = posted.get(asked.name, "").strip()[: TEXT_MAX + 1]
        try:
            value = _read_one(asked, typed, now_ms, zone)
            error = ""
        except Wrong as exc:
            value, error = None, str(exc)
        if value is not None:
            data[asked.name] = value
        fields.append(replace(asked, value=typed, error=error, drawn=asked.value))
    ok = not any(f.error for f in fields)
    return Reading(ok, data, replace(form, fields=tuple(fields)))


def _read_one(asked: Field, typed: str, now_ms: int, zone: ZoneInfo) -> Value | None:
    """The value of one field; None: not given and not needed."""
    if asked.kind == "flag":
        return bool(typed)
    if not typed:
        if asked.required:
            raise Wrong(_missing(asked))
        return None
    if asked.kind in ("choice", "radio", "press", "tick", "many"):
        return _read_choice(asked, typed)
    if asked.kind == "yesno":
        if typed not in ("yes", "no"):
            raise Wrong("Choose one of the two.")
        return typed == "yes"
    if asked.kind in ("number", "hidden"):
        return _read_number(asked, typed)
    if asked.kind in ("time", "datetime"):
        return _read_time(asked, typed, now_ms, zone)
    if asked.kind == "date":
        return _read_date(typed)
    if len(typed) > TEXT_MAX:
        raise Wrong(f"At most {TEXT_MAX} characters.")
    return typed


def _missing(asked: Field) -> str:
    if asked.kind == "tick":
        return "Read this aloud, hear her say yes, then tick it."
    if asked.kind in ("choice", "radio", "press", "yesno", "many"):
        return "Choose one."
    return "This is needed."


def _read_choice(asked: Field, typed: str) -> str:
    lawful = {value for value, _ in asked.options}
    chosen = [v for v in typed.split(",") if v] if asked.kind == "many" else [typed]
    if not set(chosen) <= lawful:
        raise Wrong("Choose from the list.")
    if len(chosen) > WORKERS_MAX:
        raise Wrong(f"At most {WORKERS_MAX}.")
    return ",".join(chosen)


def _read_number(asked: Field, typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or not asked.least <= int(typed) <= asked.most:
        raise Wrong(f"A whole number from {asked.least} to {asked.most}.")
    return int(typed)


def _read_date(typed: str) -> str:
    """A day of the calendar, kept as it is written: 2026-05-04."""
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError as exc:
        raise Wrong("A day like 2026-05-04.") from exc


def _read_time(asked: Field, typed: str, now_ms: int, zone: ZoneInfo) -> int:
    try:
        if asked.kind == "datetime":
            return times.from_local(typed, zone)
        found = TIME.fullmatch(typed)
        if found is None:
            raise Wrong("A time like 16:30.")
        wanted_ms = times.next_at(int(found[1]), int(found[2]), now_ms, zone)
        if wanted_ms - now_ms > (asked.most or AHEAD_MAX_MS):
            raise Wrong(f"{typed} is past: a time within the next 12 hours.")
        return wanted_ms
    except times.NoSuchTime as exc:
        raise Wrong(str(exc).capitalize() + ".") from exc
    except (ValueError, OverflowError, OSError) as exc:
        if isinstance(exc, Wrong):
            raise
        raise Wrong("A day and a time like 2026-05-04 16:30.") from exc
