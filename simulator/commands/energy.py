"""`allswell-sim energy`: what a day costs the battery, by a model with named inputs."""

import json

import click


def _pair(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError as exc:
        raise click.UsageError(f"--set wants NAME=NUMBER, not {text!r}") from exc


@click.command("energy", short_help="What a day of five visits costs the battery: a model.")
@click.option("--set", "settings", multiple=True, metavar="NAME=NUMBER",
              help="Another number for an input, by its name; as often as you like.")  # fmt: skip
@click.option("--first", is_flag=True, help="Only the day itself, without its variants.")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object.")
def command(settings: tuple[str, ...], first: bool, as_lines: bool) -> None:
    """A working day played by the real core in virtual time, times numbers with their sources.

    \b
      allswell-sim energy
      allswell-sim energy --set board_asleep_ua=2000 --set battery_mah=1200

    Nothing of it was measured on a pendant; docs/energy.md says what to measure first.
    """
    from simulator.energy.day import DidNotHappen
    from simulator.energy.inputs import UnknownInput
    from simulator.energy.report import as_json, lines, rows

    changed = dict(_pair(text) for text in settings)
    try:
        found = rows(changed, first)
    except UnknownInput as exc:
        raise click.UsageError(str(exc)) from exc
    except DidNotHappen as exc:
        raise click.ClickException(str(exc)) from exc
    if as_lines:
        click.echo(json.dumps(as_json(found, changed)))
    else:
        click.echo("\n".join(lines(found, changed)))
