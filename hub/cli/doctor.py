"""`allswell doctor`: is this hub fit to watch over somebody? A line a finding, with the mend.

Rule: it changes nothing, but that its canary presses once and is answered; what it cannot find out
is a finding, never silence.
"""

import json
from dataclasses import asdict
from pathlib import Path

import click

from hub.cli.shared import config_option, settings_of
from hub.doctoring.look import look


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="A list of findings; empty when all is well.")
def doctor(config: Path, as_json: bool) -> None:
    """Look at settings, keys, database, clock, disk, people; try the brokers as a pendant would.

    A canary's press goes the whole way to the hub and back. Exit status 1 on grave findings.
    """
    found = list(look(settings_of(config)))
    is_grave = any(finding.grave for finding in found)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        for finding in found:
            click.echo(str(finding))
        if not is_grave:
            click.echo("all's well, as far as can be seen from here" if found else "all's well")
    if is_grave:
        raise SystemExit(1)
