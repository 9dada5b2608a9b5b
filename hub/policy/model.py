"""A procedure as frozen, validated types: what a policy file says once it has been loaded.

Rule: everything with a clock, a role or a letter in it stands here, never in code; every row names
its clauses and the paragraph of its source, or says "ours" (P9). A visit keeps the id of the policy
it was planned under: a file that changes later changes no running visit.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hub.policy.duties import (
    OURS,
    CaseRule,
    Instruction,
    Phrase,
    RegisterRule,
    Review,
    Screen,
    Script,
    TaskRule,
)
from hub.rules.model import Ladder


@dataclass(frozen=True, slots=True)
class Level:
    """How closely a visit is watched, and how the board shows it (HM-2.4, HM-2.7)."""

    id: str
    name: str
    board: str = "plain"  # plain | red
    initials: bool = False  # the tracker's initials beside it
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class Choice:
    """This level, when all of `when` and none of `unless` is known. The severest one counts."""

    level: str
    when: tuple[str, ...]
    unless: tuple[str, ...] = ()
    say: str = ""
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class Role:
    id: str
    name: str
    source_of_people: str = "duty"  # policy/words.py FROM
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class Timer:
    """Anchor plus wait, in these levels and phases, while all of `when` and none of `until` holds.

    `wait_agreed`: the interval agreed with her (carry_on) is added to the wait. `repeat_ms` and
    `repeat_agreed`: again and again from there. A `backstop` runs only when the part has no other
    deadline at all.
    """

    id: str
    anchor: str
    action: str
    wait_ms: int = 0
    wait_agreed: bool = False
    repeat_ms: int = 0
    repeat_agreed: bool = False
    levels: tuple[str, ...] = ()  # empty: every level
    phases: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    kind: str = ""  # raise: the alarm's kind
    ladder: str = ""  # raise: who is paged, in which order
    roles: tuple[str, ...] = ()  # page: who is told
    about: str = ""  # page: which sentence (rules/explain.py)
    prompt: str = ""  # prompt: the question's id, felt on the pendant
    say: str = ""
    backstop: bool = False
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class On:
    """What an event raises at once: presses, dangers told by phone, the hub's own troubles."""

    event: str  # rules/kinds.py ON_EVENTS says which kind of alarm it raises
    ladder: str
    say: str = ""
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class Gate:
    """A command is refused, with this reason, until everything in `requires` holds.

    `when`: it stands only where all these facts are known. `roles`: who counts where the
    requirement is a person's agreement. `override`: roles that may let it pass, on the record.
    """

    id: str
    command: str
    requires: tuple[str, ...]
    reason: str
    levels: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    override: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class Letter:
    """`not_before_ms`: how soon after she was let in a call can be the call-back (HM-4.2.3)."""

    letter: str
    meaning: str
    earned_by: str
    not_before_ms: int = 0
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class After:
    """Where a confirmed departure leads, by what she does then."""

    then: str  # base | home | next
    phase: str
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class Hours:
    """Office hours, minutes from midnight in the organisation's zone; days 1 (Monday) to 7."""

    opens_min: int = 9 * 60
    closes_min: int = 17 * 60
    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    closed: tuple[str, ...] = ()  # dates like 2026-12-25 on which the office is closed
    clause: tuple[str, ...] = ()
    source: str = OURS


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept (P8). Positions of a visit that ended clean are erased at once."""

    visit_days: int = 365
    payload_days: int = 365
    looks_days: int = 365


@dataclass(frozen=True)
class Policy:
    """One procedure. Not slotted: what is computed once is kept on it (`timers_for` …)."""

    id: str
    version: int
    title: str
    organisation: str
    document: str  # which text, of which date, it was read from
    levels: tuple[Level, ...]
    roles: tuple[Role, ...]
    timers: tuple[Timer, ...]
    ladders: tuple[Ladder, ...]
    gates: tuple[Gate, ...] = ()
    choices: tuple[Choice, ...] = ()
    on: tuple[On, ...] = ()
    letters: tuple[Letter, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    after: tuple[After, ...] = ()
    reviews: tuple[Review, ...] = ()
    scripts: tuple[Script, ...] = ()
    tasks: tuple[TaskRule, ...] = ()
    cases: tuple[CaseRule, ...] = ()
    registers: tuple[RegisterRule, ...] = ()
    screens: tuple[Screen, ...] = ()
    covers: str = ""  # clause ids that begin so must all be cited by some row; "" = none
    means: tuple[str, ...] = ()  # the order in which her lines are tried (HM-3.6, HM-4.2.4)
    means_clause: tuple[str, ...] = ()
    hours: Hours = field(default_factory=Hours)
    retention: Retention = field(default_factory=Retention)
    digest: str = ""  # of the canonical text (policy/terms.py); not part of it

    @cached_property
    def terms_id(self) -> str:
        """What a visit names: `homemaker-exeter@1:0123456789ab`."""
        return f"{self.id}@{self.version}:{self.digest[:12]}"

    @cached_property
    def timer(self) -> dict[str, Timer]:
        return {timer.id: timer for timer in self.timers}

    @cached_property
    def ladder(self) -> dict[str, Ladder]:
        return {ladder.id: ladder for ladder in self.ladders}

    @cached_property
    def level(self) -> dict[str, Level]:
        return {level.id: level for level in self.levels}

    @cached_property
    def role(self) -> dict[str, Role]:
        return {role.id: role for role in self.roles}

    @cached_property
    def on_event(self) -> dict[str, On]:
        return {on.event: on for on in self.on}

    @cached_property
    def letter_for(self) -> dict[str, str]:
        return {letter.earned_by: letter.letter for letter in self.letters}

    @cached_property
    def call_back_wait_ms(self) -> int:
        return max((row.not_before_ms for row in self.letters), default=0)

    @cached_property
    def after_then(self) -> dict[str, After]:
        return {after.then: after for after in self.after}

    @cached_property
    def register(self) -> dict[str, RegisterRule]:
        return {row.kind: row for row in self.registers}

    @cached_property
    def script(self) -> dict[str, Script]:
        return {row.id: row for row in self.scripts}

    @cached_property
    def gates_for(self) -> dict[str, tuple[Gate, ...]]:
        """Command -> its gates."""
        commands = {gate.command for gate in self.gates}
        return {
            command: tuple(gate for gate in self.gates if gate.command == command)
            for command in commands
        }

    @cached_property
    def kept(self) -> dict[tuple[str, str], Any]:
        """What the rules have computed from these terms and need not compute again."""
        return {}

    def timers_for(self, level: str, phase: str) -> tuple[Timer, ...]:
        """The timers that can run there, backstops last."""
        fitting = [
            timer
            for timer in self.timers
            if phase in timer.phases and (not timer.levels or level in timer.levels)
        ]
        return tuple(sorted(fitting, key=lambda timer: timer.backstop))

    @cached_property
    def called_back_levels(self) -> frozenset[str]:
        """The levels whose visits get a call-back: where some timer runs until it is done."""
        waiting = [timer for timer in self.timers if "called_back" in timer.until]
        return frozenset(
            level.id
            for level in self.levels
            for timer in waiting
            if not timer.levels or level.id in timer.levels
        )


# What a visit runs by is the whole policy as it was when the visit was planned.
Terms = Policy
