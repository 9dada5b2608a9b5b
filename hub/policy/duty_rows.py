"""The rows of policy/duties.py as a file writes them: which keys each has, what each may hold.

Rule: as in rows.py: a fault is noted and a row is made all the same, so that one reading finds
every fault.
"""

from hub.policy.duties import (
    CaseRule,
    Instruction,
    Line,
    Phrase,
    RegisterRule,
    Review,
    Screen,
    Script,
    TaskRule,
)
from hub.policy.rows import among, cited, facts, id_of, span_of
from hub.policy.spans import calendar_span
from hub.policy.words import CONTACT_KINDS, REGISTERS, SCREENS
from hub.rules.kinds import ALARM_KINDS, COMMANDS, DRILLS, MEANS, ON_EVENTS
from hub.rules.phases import PHASES
from hub.toml_source import Table
from protocol.record import is_id

MAX_MONTHS = 120
MAX_DAYS = 3660


def instruction(table: Table) -> Instruction:
    clause, source = cited(table)
    row = Instruction(
        id=id_of(table),
        at=table.texts("at", "moments like phase:inside, alarm:sos, step:call-999", moment),
        to=table.texts("to"),
        text=table.text("text"),
        levels=table.texts("levels"),
        when=facts(table, "when"),
        clause=clause,
        source=source,
    )
    table.done()
    return row


def moment(text: str) -> bool:
    """Whether an instruction can be shown then."""
    what, _, which = text.partition(":")
    known = {"phase": PHASES, "alarm": tuple(ALARM_KINDS), "command": tuple(COMMANDS)}
    return which in known[what] if what in known else what == "step" and is_id(which)


def phrase(table: Table) -> Phrase:
    clause, source = cited(table)
    row = Phrase(
        id=id_of(table),
        cue=table.text("cue"),
        event=table.choice("event", tuple(ON_EVENTS), "coded-phrase"),
        alone=table.flag("alone", True),
        questions=table.texts("questions"),
        clause=clause,
        source=source,
    )
    table.done()
    return row


def script(table: Table) -> Script:
    clause, source = cited(table)
    lines = tuple(_line(line) for line in table.tables("lines"))
    row = Script(
        id=id_of(table),
        title=table.text("title"),
        direction=table.choice("direction", ("in", "out")),
        lines=lines,
        phrase=table.text("phrase", ""),
        proof=table.number("proof", 2, 1, 5),
        clause=clause,
        source=source,
    )
    if not row.questions:
        table.fault(
            "lines", "has no closed question; allowed is at least one line with asks = true"
        )
    table.done()
    return row


def _line(table: Table) -> Line:
    row = Line(
        table.text("say"), table.flag("asks", False), table.text("yes", ""), table.text("no", "")
    )
    table.done()
    return row


def task(table: Table) -> TaskRule:
    clause, source = cited(table)
    row = TaskRule(
        id=id_of(table),
        at=table.texts("at", "moments like alarm:sos or case:in-need", task_moment),
        roles=table.texts("roles"),
        text=table.text("text"),
        within_ms=span_of(table, "within", None, "10 s", "24 h"),
        again_ms=span_of(table, "again", "5 min", "1 min", "1 h"),
        spared_by=table.texts("spared_by"),
        waived_by=table.texts("waived_by"),
        clause=clause,
        source=source,
    )
    for key in ("at", "roles"):
        if not getattr(row, key):
            table.fault(key, "is empty: a task has a moment and somebody who does it")
    table.done()
    return row


def task_moment(text: str) -> bool:
    what, _, which = text.partition(":")
    return which in ALARM_KINDS if what == "alarm" else what == "case" and is_id(which)


def case(table: Table) -> CaseRule:
    clause, source = cited(table)
    row = CaseRule(
        id=id_of(table),
        alarm=table.choice("alarm", tuple(ALARM_KINDS)),
        name=table.text("name"),
        contacts=among(table, "contacts", tuple(CONTACT_KINDS)),
        clause=clause,
        source=source,
    )
    table.done()
    return row


def register(table: Table) -> RegisterRule:
    clause, source = cited(table)
    row = RegisterRule(
        kind=table.choice("kind", tuple(REGISTERS)),
        text=table.text("text"),
        signed_by=table.texts("signed_by"),
        sign_within_days=table.number("sign_within_days", 0, 0, 365),
        review_months=table.number("review_months", 0, 0, MAX_MONTHS),
        valid_months=table.number("valid_months", 0, 0, MAX_MONTHS),
        nag=table.texts("nag"),
        nag_days=table.number("nag_days", 1, 1, 90),
        questions=table.texts("questions"),
        copies=table.texts("copies"),
        told=table.texts("told"),
        clause=clause,
        source=source,
    )
    if (row.sign_within_days or row.review_months) and not row.nag:
        table.fault("nag", "is empty: who is reminded of what is due?")
    table.done()
    return row


def screen(table: Table) -> Screen:
    clause, source = cited(table)
    row = Screen(table.choice("shows", tuple(SCREENS)), clause, source)
    table.done()
    return row


def review(table: Table) -> Review:
    clause, source = cited(table)
    said = 'a span like "12 months" or "7 days"'
    every = table.text("every", None, said, lambda text: calendar_span(text) is not None)
    months, days = calendar_span(every) or (0, 0)
    row = Review(
        id=id_of(table),
        every_months=months,
        every_days=days,
        roles=table.texts("roles"),
        text=table.text("text"),
        at_random=table.flag("at_random", False),
        drill=table.choice("drill", ("", *DRILLS), ""),
        clause=clause,
        source=source,
    )
    table.done()
    return row


def means(table: Table) -> tuple[str, ...]:
    return among(table, "order", MEANS)
