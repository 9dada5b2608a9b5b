"""Effects: what the engine must do besides storing the new state, in the same transaction.

Rule: a decision of the rules is data: the new state, the effects, the reason. Nothing here acts.
"""

from dataclasses import dataclass

from hub.rules.model import Alarm, Press, Record, Visit


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """Raise this kind (or add to the open alarm of the same source)."""

    kind: str
    at_ms: int
    ladder: str
    source: str
    why: str
    worker: str = ""
    pendant: str = ""
    silent: bool = False
    verified: bool = True
    press: Press | None = None
    clause: tuple[str, ...] = ()
    drill: bool = False
    mark: str = ""  # what is said of the pendant that it came from: rules/raising.py MARKS


@dataclass(frozen=True, slots=True)
class Page:
    """Tell the people who hold these roles now. `about`: key of the sentence (rules/explain.py).

    `people`: told by name besides (who is to do something that fell due); `record`: of what.
    """

    roles: tuple[str, ...]
    about: str
    why: str
    alarm: str = ""
    visit: str = ""
    step: int = 0
    round: int = 0
    people: tuple[str, ...] = ()
    record: str = ""


@dataclass(frozen=True, slots=True)
class ResolveAlarms:
    """A person's recorded act ends these procedure alarms of the visit (never an SOS or duress)."""

    sources: tuple[str, ...]
    by: str
    outcome: str


Effect = RaiseAlarm | Page | ResolveAlarms


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of a rule: the new state, the effects, and the reason in one sentence.

    `refused` is set when a person's command was not allowed (a gate): state is unchanged and the
    sentence says why and what to do. A pendant's event is never refused: it is recorded.
    `gate`: the id of the gate that refused, where somebody may let it pass.
    """

    visit: Visit | None = None
    alarm: Alarm | None = None
    effects: tuple[Effect, ...] = ()
    reason: str = ""
    refused: str = ""
    clause: tuple[str, ...] = ()
    gate: str = ""
    record: Record | None = None
