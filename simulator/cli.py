"""`allswell-sim`: the whole chain on this machine, with real parts.

Exit codes: 0 all passed, 1 something failed, 2 misuse, 130 after Ctrl-C.
"""

import os
import signal
import sys
from pathlib import Path

import click

from hub.clock import MAX_SPEED
from simulator.commands import chaos, energy, fleet, link, panel, storm


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """allswell without hardware: on real parts of this machine, or all of it in virtual time."""
    # SIGTERM ends as Ctrl-C does: nothing is left running.
    signal.signal(signal.SIGTERM, _stop)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--speed", type=click.IntRange(1, MAX_SPEED), help="Of rule time; default: the file's."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--rounds", type=click.IntRange(1), help="Instead of a [[repeat]]'s own count.")
@click.option("--seed", type=int, default=None, help="Of the random kills; default: a new one.")
@click.option("--quiet", is_flag=True, help="Only the results.")
def run(
    files: tuple[Path, ...],
    speed: int | None,
    as_json: bool,
    rounds: int | None,
    seed: int | None,
    quiet: bool,
) -> None:
    """Play scenario files one after another."""
    from simulator.live.runner import Options
    from simulator.live.runner import run as run_all

    chosen = int.from_bytes(os.urandom(3)) if seed is None else seed
    if not as_json:
        click.echo(f"seed {chosen}")
    options = Options(speed or 0, as_json, rounds, chosen, quiet)
    sys.exit(1 if run_all(files, options) else 0)


@cli.command(short_help="A morning at the office, in your browser.")
@click.option("--speed", type=click.IntRange(1, MAX_SPEED), default=30, show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of the board.")
@click.option("--embedded-broker", is_flag=True, help="amqtt, although mosquitto is there.")
def demo(speed: int, port: int, embedded_broker: bool) -> None:
    """A morning at the office: visits, an SOS, pages, and the board in your browser.

    Goes on until Ctrl-C; DEMO_SECONDS=90 ends it by itself, with exit code 0 only if the enhanced
    visit went through its letters and the SOS was answered.
    """
    from simulator.live.demo import play, seconds_asked

    try:
        seconds = seconds_asked()
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc
    sys.exit(play(speed, port, seconds, embedded_broker))


cli.add_command(panel.command)
cli.add_command(chaos.command)
cli.add_command(energy.command)
cli.add_command(fleet.command)
cli.add_command(link.command)
cli.add_command(storm.command)


def main() -> None:
    try:
        cli(standalone_mode=False)
    except click.ClickException as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nstopped")
        sys.exit(130)


if __name__ == "__main__":
    main()
