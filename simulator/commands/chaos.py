"""`allswell-sim chaos`: the same faults as the storm's against real processes."""

import json
import os
import sys

import click

from hub.clock import MAX_SPEED
from hub.settings import DEFAULT_POLICY
from simulator.chaos.plot import SOURCES
from simulator.chaos.totals import Wish, as_json, ending


@click.command("chaos", short_help="Real parts, killed and cut at random; then judged.")
@click.option(
    "--minutes", type=click.FloatRange(0.1), required=True, help="Of faults; then it heals."
)
@click.option("--seed", type=int, default=None, help="Of faults and people; default: a new one.")
@click.option("--policy", type=click.Choice(sorted(SOURCES)), default=DEFAULT_POLICY,
              show_default=True)  # fmt: skip
@click.option("--pendants", type=click.IntRange(1, 200), default=3, show_default=True)
@click.option("--speed", type=click.IntRange(1, MAX_SPEED), default=10, show_default=True,
              help="Of rule time.")  # fmt: skip
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
def command(
    minutes: float, seed: int | None, policy: str, pendants: int, speed: int, as_lines: bool
) -> None:
    """Visits and SOS on real parts while everything is killed, cut and frozen at random.

    Exit code 1 on a violation, which keeps the folder; Ctrl-C ends it with the totals so far.
    """
    from simulator.chaos.run import run
    from simulator.live.broker import mosquitto_path
    from simulator.live.child import ChildFailed

    if mosquitto_path() is None:
        raise click.ClickException("mosquitto was not found: chaos needs a broker that can keep")
    chosen = int.from_bytes(os.urandom(3)) if seed is None else seed
    wish = Wish(minutes, chosen, policy, pendants, speed)

    def say(text: str) -> None:
        click.echo(json.dumps({"event": "progress", "text": text}) if as_lines else text)

    say(f"seed {chosen}: {wish.again()}")
    try:
        totals = run(wish, say)
    except ChildFailed as failed:
        raise click.ClickException(str(failed)) from failed
    if as_lines:
        click.echo(json.dumps(as_json(totals, wish)))
    else:
        click.echo("\n".join(ending(totals, wish)))
    sys.exit(1 if totals.violations else 130 if totals.early else 0)
