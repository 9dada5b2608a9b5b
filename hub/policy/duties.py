"""What a policy says about people's duties: what is said, done by hand, chosen, kept and reviewed.

Rule: none of these rows has a clock of its own in code. A task's time counts from its alarm, a
register's from its record; each row names its clauses and paragraph, or says "ours" (P9).
"""

from dataclasses import dataclass

OURS = "ours"


@dataclass(frozen=True, slots=True)
class Instruction:
    """A sentence shown at the right moment. `at`: `phase:…`, `alarm:…`, `command:…` or `step:…`."""

    id: str
    at: tuple[str, ...]
    to: tuple[str, ...]
    text: str
    levels: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words on the telephone that mean danger. Shown to nobody beside an address (P8).

    `alone`: the phrase by itself raises the alarm. `questions`: closed ones that the office asks;
    they confirm, they never clear (SU-false).
    """

    id: str
    cue: str
    event: str  # an `on` row's event
    alone: bool = True
    questions: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a script. `say`: what the operator says, or does without a word. `yes`, `no`:
    what the answer means and what comes next, told to the operator. `asks`: a closed question."""

    say: str
    asks: bool = False
    yes: str = ""
    no: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A call that somebody may be listening to, line by line (SU-false).

    `direction`: `in` she calls us, `out` we call her. `proof`: how many *yes* in a row prove danger
    when we call; with `in` the phrase alone has raised the alarm and a yes only confirms.
    """

    id: str
    title: str
    direction: str
    lines: tuple[Line, ...]
    phrase: str = ""
    proof: int = 2
    clause: tuple[str, ...] = ()
    source: str = OURS

    @property
    def questions(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.asks)


@dataclass(frozen=True, slots=True)
class TaskRule:
    """A mandatory human step with a deadline (HM-5.2, DC-mgr, SU-chain). `at`: `alarm:<kind>` or
    `case:<id>`. `within_ms` counts from the alarm's raising, or from the choice of the case."""

    id: str
    at: tuple[str, ...]
    roles: tuple[str, ...]
    text: str
    within_ms: int
    again_ms: int
    spared_by: tuple[str, ...] = ()
    waived_by: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class CaseRule:
    """One reading of an alarm between which a person must choose (CT-8.2). Its tasks are those with
    `at = ["case:<id>"]`; `contacts`: whom to reach, by kind of contact, in this order (CT-8.3)."""

    id: str
    alarm: str  # the alarm's kind
    name: str
    contacts: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class RegisterRule:
    """How this procedure keeps a register (words.py REGISTERS). Spans in days, 0 = none.

    `sign_within_days`: how soon a holder of `signed_by` signs. `review_months`: when what is
    written must be looked at again. `nag`: who is reminded of what is due, every `nag_days`.
    `valid_months`: how long a thing lasts at most (a badge: CT-6).
    """

    kind: str
    text: str
    signed_by: tuple[str, ...] = ()
    sign_within_days: int = 0
    review_months: int = 0
    valid_months: int = 0
    nag: tuple[str, ...] = ()
    nag_days: int = 1
    questions: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()  # who gets a copy, in words
    told: tuple[str, ...] = ()  # roles told at once when it is written (LF-incident)
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class Screen:
    """Something that the hub shows because the procedure asks for it (words.py SCREENS)."""

    shows: str
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class Review:
    """A duty of the calendar rather than of a visit: reviews, drills, renewals, returns.

    `drill`: rules/kinds.py DRILLS, when what falls due is one; "" for any other duty.
    """

    id: str
    every_months: int
    every_days: int
    roles: tuple[str, ...]
    text: str
    at_random: bool = False
    drill: str = ""
    clause: tuple[str, ...] = ()
    source: str = OURS
