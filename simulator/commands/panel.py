"""`allswell-sim panel`: virtual pendants in a browser, beside the live board."""

import sys

import click

from hub.clock import MAX_SPEED


@click.command(name="panel")
@click.option(
    "--speed", type=click.IntRange(1, MAX_SPEED), default=10, show_default=True,
    help="Of rule time at the start; the page has buttons for it.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Of the page; 0 is any free one."
)
@click.option("--no-open", is_flag=True, help="Open no browser; say the address only.")
@click.option(
    "--seconds", type=click.IntRange(0), default=0, help="End by itself after so long; 0: never."
)
@click.option("--embedded-broker", is_flag=True, help="amqtt, although mosquitto is there.")
@click.option("--sleep", is_flag=True, help="Pendants sleep off duty; a press wakes them.")
def command(
    speed: int, port: int, no_open: bool, seconds: int, embedded_broker: bool, sleep: bool
) -> None:
    """Press virtual pendants in your browser, beside the live board.

    \b
    For whoever tests, teaches or tries allswell. Three people wear pendants:
    the real firmware, each in a process of its own. Press A, D and SOS with
    the mouse, with fingers, or by holding the keys A, D and S; feel what they
    feel; drain a battery, walk into a blackspot, cut the power, kill the hub.
    Beside it stands the board of the office, and it is live: take an alarm
    there and see that the pendant feels it.

    \b
      allswell-sim panel                  opens your browser, if there is a display
      allswell-sim panel --no-open        says the address only
      allswell-sim panel --speed 60       a minute of the procedure takes a second

    All of it is on 127.0.0.1, all of it is a simulation, and all of it is gone
    after Ctrl-C. What to try first stands on the page; more in docs/panel.md.
    """
    from simulator.panel.play import Options, play

    sys.exit(play(Options(speed, port, seconds, not no_open, embedded_broker, sleep)))
