"""A call that somebody may be listening to: what each answer means (SU-false).

The operator records each answer to a closed question of the policy's script. Stateless: the answers
before it come with it (`so_far`), the line by its place in the script, counted from 0.

Rules: her phrase alone raises the alarm, in whichever direction the call goes. When she has called
us a *yes* confirms it. When we call her, `proof` times *yes* in a row raise it; the first alone is
no proof. *No*, silence or anything else is recorded: it clears nothing and is no contact. Whatever
is raised here is silent: nothing of it reaches her side.
"""

from hub.policy.duties import Line, Script
from hub.policy.model import Terms
from hub.rules.answers import parts, text
from hub.rules.effects import Decision
from hub.rules.gates import by_another
from hub.rules.kinds import ANSWERS
from hub.rules.model import Event, Visit
from hub.rules.raising import told_alarm

CODED = "coded-phrase"  # the `on` row of a script without a phrase of its own
YES, PHRASE = "yes", "phrase"


def record_answer(terms: Terms, event: Event, visit: Visit | None) -> Decision:
    """One answer; a refusal is never one of danger."""
    script, answer = terms.script.get(text(event, "script")), text(event, "answer")
    name, alone = _phrase(terms, script)
    if answer == PHRASE and (alone or script is None):
        return _danger(terms, name, event, visit, "her phrase was heard")
    if why := _unfit(terms, script, answer, event, visit):
        return Decision(visit=visit, refused=why, reason=why)
    assert script is not None  # _unfit has refused it
    line = _line(script, event)
    so_far = parts(event, "so_far")
    if script.direction == "in":
        if answer == YES and not (PHRASE in so_far and alone):
            return _danger(terms, name, event, visit, "a closed question was answered yes")
        said = "yes: it confirms what her phrase has raised" if answer == YES else _clears(answer)
        return _noted(script, visit, said, line, answer)
    proofs = _in_a_row((*so_far, answer))
    if answer == YES and proofs >= script.proof:
        return _danger(terms, name, event, visit, f"yes, {proofs} times in a row")
    if answer == YES:
        return _noted(script, visit, "yes: no proof by itself, ask the next question", line, answer)
    return _noted(script, visit, _clears(answer), line, answer)


def _phrase(terms: Terms, script: Script | None) -> tuple[str, bool]:
    """Which `on` row the script's phrase has, and whether it is enough alone."""
    for phrase in terms.phrases:
        if script is not None and phrase.id == script.phrase:
            return phrase.event, phrase.alone
    return CODED, True


def _unfit(
    terms: Terms, script: Script | None, answer: str, event: Event, visit: Visit | None
) -> str:
    """Why this answer cannot be recorded, or ""."""
    if script is None:
        return f"Say which script: {', '.join(terms.script) or 'this procedure has none'}."
    if answer not in ANSWERS:
        return f"Say what you heard: {', '.join(ANSWERS)}."
    line = _line(script, event)
    if answer != PHRASE and (line is None or not line.asks):
        asking = [str(place) for place, each in enumerate(script.lines) if each.asks]
        return f"That line asks nothing; the questions are {', '.join(asking)}."
    workers = [part.worker for part in visit.parts] if visit is not None else []
    return by_another(event.by, [event.worker, *workers])


def _line(script: Script, event: Event) -> Line | None:
    try:
        place = int(event.data.get("line", -1))
    except ValueError:
        return None
    return script.lines[place] if 0 <= place < len(script.lines) else None


def _in_a_row(answers: tuple[str, ...]) -> int:
    """How many times yes at the end."""
    count = 0
    for answer in reversed(answers):
        if answer != YES:
            break
        count += 1
    return count


def _clears(answer: str) -> str:
    return f"{answer}: recorded, it clears nothing and is no contact"


def _noted(
    script: Script, visit: Visit | None, said: str, line: Line | None, answer: str
) -> Decision:
    """With what the script tells the operator to do next."""
    then = "" if line is None else (line.yes if answer == YES else line.no)
    reason = f"{said}. {then}" if then else said
    return Decision(visit=visit, reason=reason, clause=script.clause)


def _danger(terms: Terms, name: str, event: Event, visit: Visit | None, how: str) -> Decision:
    worker = event.worker or text(event, "worker")
    if not worker and visit is not None and len(visit.parts) == 1:
        worker = visit.parts[0].worker
    effect = told_alarm(terms, name, event, worker)
    reason = f"{how}: {effect.why}"
    return Decision(visit=visit, effects=(effect,), reason=reason, clause=effect.clause)
