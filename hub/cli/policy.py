"""`allswell policy`: the procedures, as a safety manager reads and checks them.

Rule: what is shown is what the hub loaded, with the clause beside it; nothing is told that the file
does not say.
"""

import json

import click

from hub.cli.procedures import diff, path_of, replay, show
from hub.cli.reload import reload
from hub.cli.trace import trace
from hub.policy.load import SHIPPED, PolicyFaults, load
from hub.toml_source import Fault


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


@policy.command("check")
@click.argument("names", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True)
def check(names: tuple[str, ...], as_json: bool) -> None:
    """Check policy files (or shipped ids). Exit status 1 and every fault when one is refused."""
    faults: list[Fault] = []
    for name in names:
        try:
            found = load(path_of(name))
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


for _command in (show, diff, replay, reload, trace):
    policy.add_command(_command)
