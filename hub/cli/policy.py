"""`allswell policy`: the procedures, as a safety manager reads and checks them.

Rule: what is shown is what the hub loaded, with the clause beside it; nothing is told that the file
does not say.
"""

import json

import click

from hub.cli.policy_check import check
from hub.cli.procedures import diff, replay, show
from hub.cli.reload import reload
from hub.cli.trace import trace
from hub.policy.load import SHIPPED, load


@click.group()
def policy() -> None:
    """Procedures: read, check, compare, try out, install.

    A file is checked to the last key before a hub obeys it.
    """


@policy.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_them(as_json: bool) -> None:
    """The procedures that come with allswell."""
    found = [load(path) for path in sorted(SHIPPED.glob("*.toml"))]
    if as_json:
        facts = [{"id": p.id, "version": p.version, "title": p.title} for p in found]
        click.echo(json.dumps(facts, indent=2))
        return
    width = max(len(each.id) for each in found)
    for each in found:
        click.echo(f"{each.id:<{width}}  version {each.version}  {each.title}")


for _command in (check, show, diff, replay, reload, trace):
    policy.add_command(_command)
