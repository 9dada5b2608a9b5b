"""`allswell policy check`: whether a hub would obey this file, and whether it may.

Rule: nothing is told sound that was not explored, and it is told how far. Exit status 1 with any
fault in any file.
"""

import json
import sys
from pathlib import Path
from typing import Any

import click

from hub.cli.procedures import path_of
from hub.policy.load import SHIPPED, PolicyFaults, load, shipped
from hub.policy.model import Policy
from hub.policy.seen import Bounds
from hub.policy.silence import Silence
from hub.policy.staffing import People
from hub.policy.verdict import Finding, Verdict, judged
from hub.policy.words import ANCHORS
from hub.settings import load as load_settings
from hub.web.views.times import span

PROGRESS_AFTER = 2_000  # states: about as many as a second brings


@click.command("check")
@click.argument("names", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="For programs: faults, what was seen, waits.")
@click.option(
    "--config",
    "-c",
    "config",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Settings with the roster: are there people for every role?",
)
@click.option(
    "--acts",
    type=click.IntRange(1, 4),
    default=Bounds().acts,
    show_default=True,
    help="How many things may happen beyond each stage of the usual courses.",
)
def check(names: tuple[str, ...], as_json: bool, config: Path | None, acts: int) -> None:
    """Check policy files (or shipped ids): rows, people, and every state that they lead to."""
    people = roster_of(config) if config is not None else None
    verdicts = [(name, _judged(name, people, Bounds(acts=acts))) for name in names]
    if as_json:
        files = [_plain(name, verdict) for name, verdict in verdicts]
        faults = [fault for each in files for fault in each["faults"]]
        click.echo(json.dumps({"ok": not faults, "faults": faults, "files": files}, indent=2))
    else:
        for name, verdict in verdicts:
            _tell(name, verdict)
            if said := taken_name(verdict.policy):
                click.echo(f"{name}: warning: {said}", err=True)
    if any(not verdict.sound for _, verdict in verdicts):
        raise SystemExit(1)


def taken_name(policy: Policy | None) -> str:
    """What is wrong with the id: a file that has a shipped one's, and is not that procedure, would
    be taken for it on the board and in the log."""
    shipped_ids = {path.stem for path in SHIPPED.glob("*.toml")}
    if policy is None or policy.id not in shipped_ids:
        return ""
    if load(shipped(policy.id)).digest == policy.digest:
        return ""
    return f"{policy.id!r} is the id of a shipped procedure, which this is not: give it its own id"


def roster_of(config: Path) -> People:
    """Role -> who may hold it, as the settings say."""
    entries = load_settings(config).people
    roles = {role for person in entries for role in person.roles}
    return {role: frozenset(p.id for p in entries if role in p.roles) for role in roles}


def _judged(name: str, people: People | None, bounds: Bounds) -> Verdict:
    """With progress on a terminal for what takes longer than about a second."""
    shows = sys.stderr.isatty()

    def progress(states: int) -> None:
        if shows and states > PROGRESS_AFTER:
            click.echo(f"\r{name}: {states:,} states ...", err=True, nl=False)

    try:
        found = judged(path_of(name), people, bounds, progress)
    except PolicyFaults as exc:  # no such procedure
        return Verdict(None, tuple(Finding(fault) for fault in exc.faults))
    if shows and found.seen is not None and found.seen.states > PROGRESS_AFTER:
        click.echo("\r\x1b[K", err=True, nl=False)
    return found


def _tell(name: str, verdict: Verdict) -> None:
    for finding in verdict.findings:
        cited = f" ({', '.join(finding.clause)})" if finding.clause else ""
        click.echo(f"{finding.fault}{cited}", err=True)
        for step in finding.history:
            click.echo(f"    {step}", err=True)
    policy, seen = verdict.policy, verdict.seen
    if policy is None or seen is None:
        return
    found = len(verdict.findings)
    word = "sound" if verdict.sound else f"refused: {found} fault{'' if found == 1 else 's'}"
    click.echo(f"{name}: {word} ({policy.terms_id})")
    click.echo(
        f"  explored {seen.states:,} states of visits in {seen.moves:,} moves and"
        f" {verdict.alarm_states:,} states of alarms, {verdict.seconds:.1f} s: {seen.bounds.said}"
    )
    click.echo("  at worst, from her silence to a human being who is asked to act:")
    for line in waits(policy, verdict.silences):
        click.echo(f"    {line}")


MOMENTS = {"expected_back": "the time she is due back"}  # where the anchor's meaning is too long


def waits(policy: Policy, silences: list[Silence]) -> list[str]:
    """Under each level and kind of entry a line for each phase: how long, and by which timer."""
    lines: dict[str, list[str]] = {}
    names = {level.id: level.name for level in policy.levels}
    for each in silences:
        if each.ms < 0:  # in every state of it somebody is being asked already
            continue
        wait = span(each.ms) if each.ms else "at once"
        if each.after:
            wait += f" after {MOMENTS.get(each.after) or ANCHORS[each.after].partition(',')[0]}"
        head = f"{names.get(each.level, each.level)} ({each.kind})"
        lines.setdefault(head, []).append(f"  {each.phase:<12}{wait:<45}  {each.timer}")
    return [line for head, told in lines.items() for line in (head, *told)]


def _plain(name: str, verdict: Verdict) -> dict[str, Any]:
    seen = verdict.seen
    return {
        "name": name,
        "terms": verdict.policy.terms_id if verdict.policy is not None else "",
        "ok": verdict.sound,
        "warnings": [said] if (said := taken_name(verdict.policy)) else [],
        "faults": [_fault(finding) for finding in verdict.findings],
        "states": seen.states if seen is not None else 0,
        "moves": seen.moves if seen is not None else 0,
        "alarm_states": verdict.alarm_states,
        "bounds": seen.bounds.said if seen is not None else "",
        "seconds": round(verdict.seconds, 2),
        "silence": [
            {
                "level": each.level,
                "kind": each.kind,
                "phase": each.phase,
                "ms": each.ms,
                "after": each.after,
                "timer": each.timer,
                "again_ms": each.again_ms,
                "history": list(each.history),
            }
            for each in verdict.silences
            if each.ms >= 0
        ],
    }


def _fault(finding: Finding) -> dict[str, Any]:
    fault = finding.fault
    return {
        "file": fault.file,
        "line": fault.line,
        "key": fault.key,
        "said": fault.said,
        "clause": list(finding.clause),
        "history": list(finding.history),
    }
