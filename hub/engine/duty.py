"""Who is on duty for what: taken and laid down by people, and gated where the procedure says so.

Rule: laying down the last one is told at once while anybody is out (P6); a procedure may refuse it
besides, until everybody is back or somebody else holds the role too (DC-ooh).
"""

from collections.abc import Mapping

from hub.engine import admin, decide, filing
from hub.engine.asking import text
from hub.engine.directory import directory_of
from hub.engine.turn import Turn
from hub.engine.whereabouts import out
from hub.inbox import Answer, Command
from hub.rules.gates import Asked, passage, refusal
from hub.rules.model import Event, Value

PASSES = ("override", "override_note")


def take_duty(turn: Turn, command: Command) -> Answer:
    """Somebody takes a role, or lays it down. Laying down the last one is told, not refused."""
    role, person = text(command, "role"), text(command, "person") or command.by
    on = filing.flag(command, "on", True)
    answer = _duty(turn, command, role, person, on)
    admin.logged(turn, command, answer)
    return answer


def _duty(turn: Turn, command: Command, role: str, person: str, on: bool) -> Answer:
    known = turn.state.people.get(person)
    if known is None or not known.active:
        return Answer(False, f"There is no person {person[:40]!r} who could take it.")
    if role not in turn.policy.role and role not in known.roles:
        return Answer(False, f"There is no role {role[:40]!r} in this procedure.")
    if (shut := _gated(turn, command, {"role": role, "person": person, "on": on})) is not None:
        return shut
    if on:
        turn.changes.other.append((
            ("INSERT INTO duty (role, person, since_ms) VALUES (?,?,?)"
            " ON CONFLICT (role, person) DO NOTHING"),
            (role, person, turn.now_ms),
        ))  # fmt: skip
    else:
        turn.changes.other.append(
            ("DELETE FROM duty WHERE role = ? AND person = ?", (role, person))
        )
    filing.flush(turn)
    if on or turn.state.duty.get(role):
        return Answer(True, f"{person} {'takes' if on else 'lays down'} {role}")
    paged = {name for ladder in turn.policy.ladders for step in ladder.steps for name in step.roles}
    if role in paged and (turn.state.alarms or out(turn.state)):
        # P6: told now, not when somebody needs them.
        event = Event("nobody_on_duty", turn.now_ms, by=command.by, data={"role": role})
        decide.off_visit(turn, event)
    return Answer(True, f"{person} lays down {role}; nobody holds it now")


def _gated(turn: Turn, command: Command, asked: Mapping[str, Value]) -> Answer | None:
    """The gates of the procedure for a command that is about no visit (DC-ooh). `asked`: as it
    will be done: what else a command says is nothing that a gate may believe."""
    if command.kind not in turn.policy.gates_for:
        return None
    passes = {key: command.data[key] for key in PASSES if key in command.data}
    event = Event(command.kind, turn.now_ms, by=command.by, data={**asked, **passes})
    seen = directory_of(turn, turn.policy, asked)
    shut = passage(turn.policy, command.kind, Asked(event, "", seen.facts, directory=seen)).closed
    if shut is None:
        return None
    told = refusal(turn.policy, None, shut)
    return Answer(False, told.refused, "", told.clause, told.gate)
