"""`allswell policy`: the procedures, as a safety manager reads and checks them.

Rule: what is shown is what the hub loaded, with the clause beside it; nothing is told that the file
does not say.
"""

import json
from pathlib import Path

import click

from hub.policy.load import SHIPPED, PolicyFaults, load, shipped
from hub.policy.model import Policy, Timer
from hub.rules.kinds import ALARM_KINDS
from hub.rules.model import Ladder
from hub.toml_source import Fault
from hub.web.views.times import span


@click.group()
def policy() -> None:
    """Procedures: list, check, show. A file is checked to the last key before a hub obeys it."""


@policy.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_them(as_json: bool) -> None:
    """The procedures that come with allswell."""
    found = [load(path) for path in sorted(SHIPPED.glob("*.toml"))]
    if as_json:
        facts = [{"id": p.id, "version": p.version, "title": p.title} for p in found]
        click.echo(json.dumps(facts, indent=2))
        return
    for each in found:
        click.echo(f"{each.id:<24} version {each.version}  {each.title}")


def _find(name: str) -> Path:
    return Path(name) if name.endswith(".toml") else shipped(name)


@policy.command("check")
@click.argument("names", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True)
def check(names: tuple[str, ...], as_json: bool) -> None:
    """Check policy files (or shipped ids). Exit status 1 and every fault when one is refused."""
    faults: list[Fault] = []
    for name in names:
        try:
            found = load(_find(name))
        except PolicyFaults as exc:
            faults += exc.faults
            continue
        if not as_json:
            click.echo(f"{name}: sound ({found.terms_id})")
    if as_json:
        told = [{"file": f.file, "line": f.line, "key": f.key, "said": f.said} for f in faults]
        click.echo(json.dumps({"ok": not faults, "faults": told}))
    else:
        for fault in faults:
            click.echo(str(fault), err=True)
    if faults:
        raise SystemExit(1)


@policy.command("show")
@click.argument("name")
def show(name: str) -> None:
    """A procedure in plain English: levels, clocks, who is told, what is refused, and why."""
    for line in plain(load(_find(name))):
        click.echo(line)


def plain(found: Policy) -> list[str]:
    """The procedure, a paragraph for each kind of rule."""
    lines = [found.title, f"{found.terms_id}, read from: {found.document}", ""]
    lines += ["Levels"]
    for level in found.levels:
        grounds = [choice.say for choice in found.choices if choice.level == level.id]
        why = f", when {'; or '.join(grounds)}" if grounds else ""
        lines.append(f"  {level.name}{why}{_cited(level.clause)}")
    lines += ["", "Clocks"]
    lines += [f"  {_timer(timer)}" for timer in found.timers]
    lines += ["", "Who is told, in which order, until a person resolves it"]
    lines += [f"  {_ladder(ladder, found)}" for ladder in found.ladders]
    lines += ["", "At once"]
    for on in found.on:
        lines.append(f"  {on.say or on.event}: {on.ladder}{_cited(on.clause)}")
    lines += ["", "Refused until it holds"]
    lines += [f"  {gate.command}: {gate.reason}{_cited(gate.clause)}" for gate in found.gates]
    lines += ["", "Letters on the board"]
    lines += [f"  {each.letter}: {each.meaning}{_cited(each.clause)}" for each in found.letters]
    if found.instructions:
        lines += ["", "Said at the right moment"]
        lines += [f"  {each.text}{_cited(each.clause)}" for each in found.instructions]
    return lines


def _cited(clause: tuple[str, ...]) -> str:
    return f" ({', '.join(clause)})" if clause else " (ours)"


def _timer(timer: Timer) -> str:
    wait = span(timer.wait_ms) if timer.wait_ms else ""
    if timer.wait_agreed:
        wait = f"the agreed interval{' + ' + wait if wait else ''}"
    when = f"{wait} after {timer.anchor}" if wait else f"at {timer.anchor}"
    levels = f" [{', '.join(timer.levels)}]" if timer.levels else ""
    what = timer.say or timer.id
    if timer.action == "raise":
        what += f" → alarm: {ALARM_KINDS[timer.kind][1]}, by {timer.ladder}"
    elif timer.action == "page":
        what += f" → tells {', '.join(timer.roles)}"
    return f"{when}{levels}: {what}{_cited(timer.clause)}"


def _ladder(ladder: Ladder, found: Policy) -> str:
    steps = []
    for step in ladder.steps:
        who = " and ".join(
            found.role[role].name if role in found.role else role for role in step.roles
        )
        steps.append(f"{who} ({span(step.wait_ms)})")
    lease = span(ladder.first_lease_ms)
    told = ", then ".join(steps)
    return f"{ladder.id}: {told}, then again; taken for {lease} at first{_cited(ladder.clause)}"
