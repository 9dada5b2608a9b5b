"""Each row of a policy as one sentence of plain English: when, what, who is told, by which clause.

Rule: the row is the only source. Nothing is told that the file does not say, nothing of it is left
out, and no id, anchor or key reaches the reader (a test holds it for every shipped policy).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.policy.duties import (
    CaseRule,
    Instruction,
    Phrase,
    RegisterRule,
    Review,
    Screen,
    Script,
    TaskRule,
)
from hub.policy.model import After, Choice, Gate, Letter, Level, On, Policy, Role, Timer
from hub.policy.saying import (
    ALARMS,
    KINDS_OF_CONTACT,
    PHASES,
    act,
    both,
    counted,
    every,
    fact,
    moment,
    month_span,
    span,
    while_in,
)
from hub.policy.words import EARNED_BY, FROM, SCREENS
from hub.rules.kinds import ALARM_KINDS
from hub.rules.model import Ladder


@dataclass(frozen=True, slots=True)
class Sentence:
    """`told`: who is called, one after the other. `clause` empty: the row is ours."""

    text: str
    told: str = ""
    clause: tuple[str, ...] = ()
    source: str = "ours"


def _sentence(text: str, row: object, told: str = "") -> Sentence:
    clause: tuple[str, ...] = getattr(row, "clause", ())
    closed = text.endswith((".", "?", "!", ".”", "?”", "!”"))
    text = text if closed else f"{text}."
    return Sentence(text[0].upper() + text[1:], told, clause, str(getattr(row, "source", "ours")))


def names(policy: Policy, roles: Sequence[str], last: str = "and") -> str:
    """The roles by their names; `worker` is she."""
    known = {role.id: role.name for role in policy.roles}
    return both([known.get(role, role) for role in roles], last)


def _levels(policy: Policy, levels: Sequence[str]) -> str:
    """Which visits it is about, or "" when it is all of them."""
    if not levels or {level.id for level in policy.levels} <= set(levels):
        return ""
    return both([f"“{policy.level[level].name}”" for level in levels if level in policy.level])


def _limits(policy: Policy, row: Timer | Instruction | Gate) -> str:
    """The conditions of a row, as they follow its moment."""
    found = []
    if isinstance(row, Timer) and "day_entry" not in row.when:
        found += [said for said in [while_in(row.anchor, row.phases)] if said]
    if levels := _levels(policy, row.levels):
        found.append(f"for {levels}")
    if row.when:
        found.append(f"if {both([fact(name) for name in row.when])}")
    if isinstance(row, Timer) and row.until:
        found.append(f"unless {both([fact(name) for name in row.until], 'or')}")
    return "".join(f", {each}" for each in found)


def chain(policy: Policy, ladder: Ladder) -> str:
    """Who is called, one after the other: `Called: Tracker; 3 minutes later …; and so on`."""
    return f"Called: {'; '.join([*_steps(policy, ladder), 'and so on'])}."


def _steps(policy: Policy, ladder: Ladder) -> list[str]:
    said = []
    for place, step in enumerate(ladder.steps):
        later = f"{span(ladder.steps[place - 1].wait_ms)} later " if place else ""
        said.append(later + names(policy, step.roles))
    return said


def level(policy: Policy, row: Level) -> Sentence:
    shown = {"red": ", in red on the board"}.get(row.board, "")
    shown += " with the tracker's initials" if row.initials else ""
    first = policy.levels[0].id == row.id
    what = "is how every visit is watched, unless something below says otherwise" if first else (
        "is a closer watch"
    )  # fmt: skip
    return _sentence(f"“{row.name}” {what}{shown}", row)


def choice(policy: Policy, row: Choice) -> Sentence:
    name = policy.level[row.level].name if row.level in policy.level else row.level
    unless = f", unless {both([fact(each) for each in row.unless], 'or')}" if row.unless else ""
    return _sentence(f"A ground for “{name}”: {row.say}{unless}", row)


def role(policy: Policy, row: Role) -> Sentence:
    return _sentence(f"{row.name}: {FROM[row.source_of_people]}", row)


def timer(policy: Policy, row: Timer) -> Sentence:
    if row.backstop:
        begin = f"{span(row.wait_ms)} after the last that is known of her, if nothing else runs"
    else:
        begin = moment(row.anchor, row.wait_ms, row.wait_agreed)
    begin += _limits(policy, row)
    if row.repeat_agreed or row.repeat_ms:
        again = "after the agreed interval" if row.repeat_agreed else every(span(row.repeat_ms))
        begin += f", and again {again}"
    text, told = f"{begin}: {row.say}", ""
    if row.action == "raise" and row.ladder in policy.ladder:
        told = chain(policy, policy.ladder[row.ladder])
    elif row.action == "page":
        told = f"Told once: {names(policy, row.roles)}."
    elif row.action == "prompt":
        told = "Asked: she, by her pendant."
    return _sentence(text, row, told)


def on(policy: Policy, row: On) -> Sentence:
    ladder = policy.ladder.get(row.ladder)
    return _sentence(f"At once: {row.say}", row, chain(policy, ladder) if ladder else "")


def gate(policy: Policy, row: Gate) -> Sentence:
    text = f"{act(row.command)}{_limits(policy, row)}: {row.reason}"
    if row.override:
        text += f" {names(policy, row.override, 'or')} may let it pass, by name and on the record."
    return _sentence(text, row)


def ladder(policy: Policy, row: Ladder) -> Sentence:
    lease = f"has it for {span(row.first_lease_ms)} at first"
    if row.lease_ms != row.first_lease_ms:
        lease += f", later for {span(row.lease_ms)}"
    again = span(row.steps[-1].wait_ms)
    steps = "; ".join(_steps(policy, row))
    text = f"{steps}; {again} later again from the first. Whoever takes the alarm {lease}"
    return _sentence(text, row)


def letter(policy: Policy, row: Letter) -> Sentence:
    soon = f", {span(row.not_before_ms)} after she was let in at the soonest"
    text = f"{row.letter}: {row.meaning} ({EARNED_BY[row.earned_by]}"
    return _sentence(f"{text}{soon if row.not_before_ms else ''})", row)


def after(policy: Policy, row: After) -> Sentence:
    what = {
        "base": "When she returns to base",
        "home": "When she goes straight home",
        "next": "When she goes on to her next visit",
    }[row.then]
    then = {
        "to-base": "she is watched until she is known to be back",
        "going-home": "she is watched until she is known to be home",
        "closed": "this visit is over once her leaving is told",
    }[row.phase]
    return _sentence(f"{what}, {then}", row)


def at(policy: Policy, moments: Sequence[str]) -> str:
    """When an instruction is shown, as people say it."""
    said, alarms = [], []
    for each in moments:
        what, _, which = each.partition(":")
        if what == "alarm":
            alarms.append(f"“{alarm_name(which)}”")
        elif what == "command":
            said.append(act(which)[0].lower() + act(which)[1:])
        elif what == "phase":
            said.append(PHASES[which])
        else:
            said.append("when that call goes out")
    if alarms:
        said.append(f"with the alarm{'s' if len(alarms) > 1 else ''} {both(alarms)}")
    return both(list(dict.fromkeys(said)))


def alarm_name(kind: str) -> str:
    """An alarm by its meaning, without the words of one procedure."""
    return ALARMS.get(kind) or ALARM_KINDS[kind][1].split(" (")[0]


def instruction(policy: Policy, row: Instruction) -> Sentence:
    known = {**{each.id: each.name for each in policy.roles}, "worker": "the worker"}
    whom = both([known.get(who, who) for who in row.to])
    text = f"{at(policy, row.at)}{_limits(policy, row)}, shown to {whom}: “{row.text}”"
    return _sentence(text, row)


def task(policy: Policy, row: TaskRule) -> Sentence:
    readings = {case.id: case.name for case in policy.cases}
    about = []
    for each in row.at:
        what, _, which = each.partition(":")
        name = alarm_name(which) if what == "alarm" else readings.get(which, which)
        about.append(f"“{name}”")
    text = (
        f"With {both(about)}, within {span(row.within_ms)}, {names(policy, row.roles, 'or')} must "
        f"do by hand and tick off by name: {row.text.rstrip('.')}. Asked again "
        f"{every(span(row.again_ms))}; the alarm cannot be ended before"
    )
    if row.spared_by:
        whom = names(policy, row.spared_by, "or")
        text += f". Not needed once the alarm is taken in time by {whom}"
    if row.waived_by:
        text += (
            f". {names(policy, row.waived_by, 'or')} may say, with a reason, that it is not needed"
        )
    return _sentence(text, row)


def case(policy: Policy, row: CaseRule) -> Sentence:
    text = f"A person says which it is. “{row.name}”"
    if row.contacts:
        whom = ", then ".join(KINDS_OF_CONTACT[kind] for kind in row.contacts)
        text += f": to be reached are {whom}"
    return _sentence(text, row)


def phrase(policy: Policy, row: Phrase) -> Sentence:
    alone = "by itself raises the alarm" if row.alone else "raises the alarm once it is confirmed"
    text = f"Words on the telephone that mean danger: {row.cue}. That {alone}"
    if row.questions:
        text += f". The office asks: {' '.join(f'“{each}”' for each in row.questions)}"
    return _sentence(text, row)


def script(policy: Policy, row: Script) -> Sentence:
    who = "she calls the office" if row.direction == "in" else "the office calls her"
    lines = []
    for line in row.lines:
        said = f"“{line.say}”" if line.asks else line.say.rstrip(".")
        yes = f" yes: {line.yes.rstrip('.')};" if line.yes else ""
        no = f" no: {line.no.rstrip('.')};" if line.no else ""
        lines.append(f"{said}{' –' if yes or no else ''}{yes}{no}".rstrip(";"))
    proof = ""
    if row.direction == "out":
        proof = f". {counted(row.proof, 'yes')} in a row prove danger".replace("yess", "yes")
    text = f"{row.title}, when {who} and somebody may be listening: {'. '.join(lines)}{proof}"
    return _sentence(f"{text}. No, silence or anything else never clears", row)


def register(policy: Policy, row: RegisterRule) -> Sentence:
    said = [row.text.rstrip(".")]
    if row.signed_by:
        soon = f" within {counted(row.sign_within_days, 'day')}" if row.sign_within_days else ""
        said.append(f"signed by {names(policy, row.signed_by, 'or')}{soon}")
    if row.review_months:
        said.append(f"looked at again after {counted(row.review_months, 'month')}")
    if row.valid_months:
        said.append(f"valid for {counted(row.valid_months, 'month')} at most")
    if row.told:
        said.append(f"{names(policy, row.told)} told at once")
    if row.nag:
        often = every(counted(row.nag_days, "day"))
        said.append(f"of what is due {names(policy, row.nag)} reminded {often}")
    if row.copies:
        said.append(f"a copy to {both(list(row.copies))}")
    name = row.kind.replace("-", " ").capitalize()
    text = f"{name}: {'; '.join(said)}"
    if row.questions:
        text += f". To be answered: {' '.join(row.questions)}"
    return _sentence(text, row)


def screen(policy: Policy, row: Screen) -> Sentence:
    return _sentence(
        f"On the screen: {SCREENS[row.shows].split(' (')[0].removesuffix(': console')}", row
    )


def review(policy: Policy, row: Review) -> Sentence:
    often = every(month_span(row.every_months, row.every_days))
    begin = f"At random, about {often}" if row.at_random else often
    text = f"{begin}, {names(policy, row.roles, 'or')}: {row.text}"
    return _sentence(text, row)
