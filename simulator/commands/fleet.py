"""`allswell-sim fleet`: load on real sockets."""

import json
import sys

import click

INTERPRETERS = ("micropython", "cpython")


@click.command("fleet", short_help="Many pendants at once, and what they feel.")
@click.option("--pendants", type=click.IntRange(0), required=True,
              help="Real firmware, a process each.")  # fmt: skip
@click.option("--thin", type=click.IntRange(0), default=0, show_default=True,
              help="Thin clients beyond that: real messages without a pendant.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(1), default=30, show_default=True)
@click.option("--beat-s", type=click.IntRange(1, 60), default=2, show_default=True,
              help="Between two beats of each.")  # fmt: skip
@click.option("--sos-per-s", type=click.FloatRange(0, 200), default=1, show_default=True,
              help="Of all of them together.")  # fmt: skip
@click.option("--interpreter", type=click.Choice(INTERPRETERS), default="micropython",
              show_default=True, help="Of the firmware; cpython: forked.")  # fmt: skip
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
def command(
    pendants: int, thin: int, seconds: float, beat_s: int, sos_per_s: float, interpreter: str,
    as_lines: bool,
) -> None:  # fmt: skip
    """Many pendants at once: beats, standings, SOS to the receipt and to the page, what is lost.

    Exit code 1 when an SOS was lost or unpaged, or somebody could not connect.
    """
    from simulator.fleet.figures import as_json, lines
    from simulator.fleet.limits import TooMany
    from simulator.fleet.run import Wish, run
    from simulator.live.broker import mosquitto_path
    from simulator.live.child import ChildFailed

    if pendants + thin == 0:
        raise click.UsageError("a fleet has at least one pendant or thin client")
    if mosquitto_path() is None:
        raise click.ClickException("mosquitto was not found: no other broker is measured")

    def say(text: str) -> None:
        click.echo(json.dumps({"event": "progress", "text": text}) if as_lines else text)

    try:
        figures = run(Wish(pendants, thin, seconds, sos_per_s, beat_s, interpreter), say)
    except (TooMany, ChildFailed) as failed:
        raise click.ClickException(str(failed)) from failed
    click.echo(json.dumps(as_json(figures)) if as_lines else "\n".join(lines(figures)))
    sys.exit(0 if figures.ok else 1)
