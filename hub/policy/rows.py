"""One row of each table of a policy file: which keys it has, and what each may hold.

Rule: a fault is noted and a row is made all the same, so that one reading finds every fault. What
one row says about another (a ladder that is not there) is check.py's.
"""

import tomllib
from functools import cache
from pathlib import Path

from hub.policy.duties import OURS
from hub.policy.model import After, Choice, Gate, Letter, Level, On, Role, Timer
from hub.policy.spans import ALLOWED, agreed_span_ms, span_ms
from hub.policy.words import ACTIONS, ANCHORS, EARNED_BY, FROM
from hub.rules.facts import LIVE_FACTS, PART_FACTS, PLAN_FACTS, is_fact
from hub.rules.gates import REQUIREMENTS
from hub.rules.kinds import ALARM_KINDS, GATED, ON_EVENTS
from hub.rules.model import Ladder, Step
from hub.rules.phases import ENDED, PHASES
from hub.rules.planning import THEN
from hub.toml_source import Table
from protocol.record import is_id

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WATCHED = tuple(phase for phase in PHASES if phase not in ENDED)
CALLED = "call_back"
MAX_PROMPT = 20  # a version number is added, and a pendant takes 32 characters
ID_SAID = "lower case letters, digits and hyphens"


@cache
def clause_duties() -> dict[str, str]:
    """The clauses of clauses.toml and what each asks: what a row may cite."""
    text = Path(__file__).with_name("clauses.toml").read_text(encoding="utf-8")
    return {row["id"]: row["duty"] for row in tomllib.loads(text)["clause"]}


def known_clauses() -> frozenset[str]:
    return frozenset(clause_duties())


def clauses(table: Table) -> tuple[str, ...]:
    return table.texts("clause", "ids of hub/policy/clauses.toml", lambda c: c in clause_duties())


def cited(table: Table) -> tuple[tuple[str, ...], str]:
    """Every row says where it comes from: clauses and a paragraph, or "ours" (P9)."""
    found = clauses(table)
    source = table.text("source", OURS, 'a paragraph of the document, or "ours"')
    if not found and source != OURS:
        table.fault("clause", 'is missing; allowed is a list of clause ids, or source = "ours"')
    return found, source


def id_of(table: Table) -> str:
    return table.text("id", allowed=ID_SAID, test=is_id)


def among(table: Table, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    said = "a list of these: " + ", ".join(allowed)
    return table.texts(key, said, lambda text: text in allowed)


def facts(table: Table, key: str) -> tuple[str, ...]:
    said = "a list of facts: " + ", ".join((*PLAN_FACTS, *PART_FACTS, *LIVE_FACTS)) + ", rating:…"
    return table.texts(key, said, is_fact)


def span_of(table: Table, key: str, default: str | None, low: str, high: str) -> int:
    """A duration in milliseconds, from `low` to `high`."""
    said = f"{ALLOWED}, from {low} to {high}"
    lowest, highest = span_ms(low) or 0, span_ms(high) or 0

    def fits(text: str) -> bool:
        ms = span_ms(text)
        return ms is not None and lowest <= ms <= highest

    return span_ms(table.text(key, default, said, fits)) or 0


def __agreed_span(table: Table, key: str) -> tuple[bool, int]:
    said = f'{ALLOWED}, "agreed", or "agreed + 10 min"; a day at most'
    text = table.text(key, "0 s", said, lambda text: agreed_span_ms(text) is not None)
    return agreed_span_ms(text) or (False, 0)


def level(table: Table) -> Level:
    clause, source = cited(table)
    row = Level(
        id=id_of(table),
        name=table.text("name"),
        board=table.choice("board", ("plain", "red"), "plain"),
        initials=table.flag("initials", False),
        clause=clause,
        source=source,
    )
    table.done()
    return row


def role(table: Table) -> Role:
    clause, source = cited(table)
    people = table.choice("people", tuple(FROM), "duty")
    row = Role(id_of(table), table.text("name"), people, clause, source)
    table.done()
    return row


def timer(table: Table) -> Timer:
    clause, source = cited(table)
    wait_agreed, wait_ms = __agreed_span(table, "wait")
    repeat_agreed, repeat_ms = __agreed_span(table, "repeat")
    action = table.choice("action", ACTIONS)
    row = Timer(
        id=id_of(table),
        anchor=table.choice("anchor", tuple(ANCHORS)),
        action=action,
        wait_ms=wait_ms,
        wait_agreed=wait_agreed,
        repeat_ms=repeat_ms,
        repeat_agreed=repeat_agreed,
        levels=table.texts("levels"),
        phases=among(table, "phases", WATCHED),
        when=facts(table, "when"),
        until=facts(table, "until"),
        kind=table.choice("kind", tuple(ALARM_KINDS)) if action == "raise" else "",
        ladder=table.text("ladder", allowed="a ladder's id") if action == "raise" else "",
        roles=table.texts("roles") if action == "page" else (),
        about=table.text("about", "") if action == "page" else "",
        prompt=_prompt(table) if action == "prompt" else "",
        say=table.text("say"),
        backstop=table.flag("backstop", False),
        clause=clause,
        source=source,
    )
    if action == "page" and not row.roles:
        table.fault("roles", "is missing; allowed is a list of roles")
    if 0 < row.repeat_ms < 60_000:
        table.fault("repeat", "is too often; allowed is from 1 min")
    table.done()
    return row


def _prompt(table: Table) -> str:
    said = f"{ID_SAID}, {MAX_PROMPT} at most"
    return table.text("prompt", None, said, lambda text: is_id(text) and len(text) <= MAX_PROMPT)


def ladder(table: Table) -> Ladder:
    clause, source = cited(table)
    steps = tuple(_step(step) for step in table.tables("steps"))
    row = Ladder(
        id=id_of(table),
        steps=steps,
        first_lease_ms=span_of(table, "first_lease", "2 min", "10 s", "5 min"),
        lease_ms=span_of(table, "lease", "5 min", "10 s", "15 min"),
        clause=clause,
        source=source,
    )
    if not steps:
        table.fault("steps", "is empty; allowed is at least one step with roles and a wait")
    table.done()
    return row


def _step(table: Table) -> Step:
    roles = table.texts("roles")
    if not roles:
        table.fault("roles", "is empty; allowed is a list of roles")
    row = Step(roles, span_of(table, "wait", None, "10 s", "30 min"), table.text("say", ""))
    table.done()
    return row


def gate(table: Table) -> Gate:
    clause, source = cited(table)
    row = Gate(
        id=id_of(table),
        command=table.choice("command", GATED),
        requires=among(table, "requires", tuple(REQUIREMENTS)),
        reason=table.text("reason"),
        levels=table.texts("levels"),
        when=facts(table, "when"),
        roles=table.texts("roles"),
        override=table.texts("override"),
        clause=clause,
        source=source,
    )
    if not row.requires:
        table.fault("requires", "is empty; allowed is a list of " + ", ".join(REQUIREMENTS))
    table.done()
    return row


def choice(table: Table) -> Choice:
    clause, source = cited(table)
    row = Choice(
        level=table.text("level"),
        when=facts(table, "when"),
        unless=facts(table, "unless"),
        say=table.text("say"),
        clause=clause,
        source=source,
    )
    table.done()
    return row


def on(table: Table) -> On:
    clause, source = cited(table)
    event = table.choice("event", tuple(ON_EVENTS))
    row = On(event, table.text("ladder"), table.text("say"), clause, source)
    table.done()
    return row


def letter(table: Table) -> Letter:
    clause, source = cited(table)
    said = "one to three capitals"
    text = table.text("letter", None, said, lambda t: t.isalpha() and t.isupper() and len(t) < 4)
    earned_by = table.choice("earned_by", tuple(EARNED_BY))
    soon_ms = span_of(table, "not_before", "0 s", "0 s", "10 min" if earned_by == CALLED else "0 s")
    row = Letter(text, table.text("meaning"), earned_by, soon_ms, clause, source)
    table.done()
    return row


def after(table: Table) -> After:
    clause, source = cited(table)
    phases = ("to-base", "going-home", "closed")
    row = After(table.choice("then", THEN), table.choice("phase", phases), clause, source)
    table.done()
    return row
