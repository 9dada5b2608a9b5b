"""A command as the engine takes it: its event, its values, its answer.

Rule: the moment is the turn's, whatever the command says; what a person holds is told to the rules
by the hub, never by the person.
"""

from hub.engine import pages
from hub.engine.authority import authority
from hub.engine.turn import Turn
from hub.inbox import Answer, Command
from hub.rules.answers import BY_ROLES
from hub.rules.effects import Decision
from hub.rules.model import Alarm, Event, Visit

# Given on an old page they still hold: they watch more closely, or record what was done.
ALWAYS_TIMELY = frozenset(
    {"abandon", "refuse_entry", "report_danger", "record_contact", "record_answer", "acknowledge",
     "name_tracker", "do_task", "report_signs", "relief_came"}
)  # fmt: skip
NOT_GIVEN = frozenset({"visit", "worker", BY_ROLES})  # told otherwise, or by the hub alone


def event_of(turn: Turn, command: Command, **named: str) -> Event:
    facts = {key: value for key, value in command.data.items() if key not in NOT_GIVEN}
    return Event(command.kind, turn.now_ms, by=command.by, data=facts, **named)


def text(command: Command, key: str) -> str:
    return str(command.data.get(key, "")).strip()


def answer(decision: Decision, name: str = "") -> Answer:
    if decision.refused:
        return Answer(False, decision.refused, name, decision.clause, decision.gate)
    return Answer(True, decision.reason, name, decision.clause)


def stale(command: Command, version: int) -> Answer | None:
    if command.version is None or command.version >= version or command.kind in ALWAYS_TIMELY:
        return None
    return Answer(False, "It has changed since you looked: look at it again, then decide.")


def roles_of(turn: Turn, person: str, alarm: Alarm, visit: Visit | None) -> str:
    """The roles that somebody may act in about this alarm: on file for her, or the visit's own."""
    found = set(authority(turn.state, person))
    named = turn.policy if visit is None else turn.terms_of(visit)
    found |= {
        role.id
        for role in named.roles
        if role.source_of_people == "visit" and person in pages.holders(turn, role.id, alarm, visit)
    }
    return ",".join(sorted(found))
