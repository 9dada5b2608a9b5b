"""`allswell`: the hub's command line. Each group of commands has a module of its own.

Rule: what goes wrong is one sentence that says what to do, and an exit status; `--json` wherever a
program may want to read the answer.
"""

import os

import click

from hub.cli.doctor import doctor
from hub.cli.init import init
from hub.cli.invite import invite
from hub.cli.keep import backup, restore
from hub.cli.keys import keys
from hub.cli.log import log
from hub.cli.password import password
from hub.cli.pendant import pendant
from hub.cli.policy import policy
from hub.cli.second_broker import second_broker
from hub.cli.serve import serve
from hub.cli.shared import FAULTS, told


class Teaching(click.Group):
    """Turns what keeps a command from working into its message."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except FAULTS as exc:
            click.echo(told(exc), err=True)
            ctx.exit(2)
        except OSError as exc:
            if exc.filename is None:  # no file that somebody named: a fault of ours
                raise
            click.echo(f"allswell: {os.fsdecode(exc.filename)}: {exc.strerror}", err=True)
            ctx.exit(2)


@click.group(cls=Teaching, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="allswell")
def main() -> None:
    """allswell: lone workers' visits, watched. Silence is the alarm.

    \b
    A new hub in four steps:
      allswell init /srv/allswell            settings, keys, broker files, the first link
      mosquitto -c /srv/allswell/mosquitto.conf
      allswell serve --config /srv/allswell/allswell.toml
      allswell doctor --config /srv/allswell/allswell.toml

    Or from one line, with a broker you have and a webhook to page:

    \b
      allswell serve --data hub --broker 127.0.0.1:1883 --page http://127.0.0.1:9000/
    """


for _command in (
    init,
    serve,
    doctor,
    pendant,
    keys,
    second_broker,
    invite,
    password,
    policy,
    log,
    backup,
    restore,
):
    main.add_command(_command)
