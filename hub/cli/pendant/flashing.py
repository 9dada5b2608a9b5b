"""`allswell pendant flash`: a pendant's image onto its chip, or new files onto one that runs.

Rule: nothing is erased before the chip has been asked what it is, the image has been built for it,
and whoever holds the board has agreed; `--dry-run` touches nothing and shows every command.
"""

import shlex
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from hub.cli.pendant.imaging import from_option, micropython_option, region_of, size_option
from hub.cli.pendant.shared import lawful, told
from hub.devices import image
from hub.devices.image_files import SETTINGS, of_pendant, part_of_pendant, program, settings_of
from hub.devices.image_flash import BAUD, Chip, FlashFault, parts, ports, run_shown
from hub.devices.image_layout import MIB, region_in_table
from hub.devices.image_running import Itself, Running, stage


@click.command("flash")
@click.argument("name", callback=lawful)
@click.option("--port", help="Its serial port, e.g. /dev/ttyUSB0; else the only one there is.")
@from_option
@micropython_option
@click.option(
    "--running",
    is_flag=True,
    help="It runs already: copy new files, by mpremote; what it has kept stays.",
)
@click.option("--baud", type=click.IntRange(9600), default=BAUD, show_default=True)
@size_option
@click.option("--dry-run", is_flag=True, help="Touch nothing; show what would be done.")
@click.option("--yes", is_flag=True, help="Do not ask before erasing.")
def flash(
    name: str,
    port: str | None,
    folder: Path | None,
    micropython: Path | None,
    running: bool,
    baud: int,
    flash_mb: str,
    dry_run: bool,
    yes: bool,
) -> None:
    """Put pendant NAME on the board at a port: with --micropython everything, else its files."""
    folder = folder or Path(name)
    with told():
        port = port or ("PORT" if dry_run else _only_port())
        if running:
            _put(name, folder, port, dry_run)
            return
        files = {**program(), **of_pendant(folder, name)}
        chip = Chip(port, baud, _run)
        flash_bytes = int(flash_mb) * MIB if dry_run else _asked(chip)
        if micropython is not None or dry_run:
            region = region_of(micropython, flash_bytes)
        else:
            region = region_in_table(chip.table(), flash_bytes)
        built = image.build(files, region.size)
        click.echo(f"{len(files)} files for {region}")
        if not dry_run and not yes:
            click.confirm(_warning(port, micropython), abort=True, err=True)
        with parts(built, region, micropython) as written:
            _do(chip.erase(None if micropython is not None else region), "Erasing", dry_run)
            _do(chip.write(written), "Writing, verifying and starting it", dry_run)
    if not dry_run:
        click.echo(f"pendant {name} is on the board. It starts now: two long pulses.")


def _asked(chip: Chip) -> int:
    click.echo("Asking the chip")
    return chip.flash_bytes()


def _warning(port: str, micropython: Path | None) -> str:
    what = "Everything" if micropython is not None else "Its program, settings and records"
    return (
        f"{what} on the board at {port} will be erased, also an SOS that it has kept and the hub"
        " does not have. Go on?"
    )


def _put(name: str, folder: Path, port: str, dry_run: bool) -> None:
    """New files beside the old ones, then all at once."""
    pendant = Running(port, _run)
    files = {**program(), **part_of_pendant(folder, name)}
    if not dry_run:
        _fits(name, folder, port, pendant.itself())
    with tempfile.TemporaryDirectory() as staging:
        says = (
            "Clearing what a copy left",
            f"Copying {len(files)} files",
            "Taking them",
            "Starting",
        )
        for each, command in zip(says, pendant.put(stage(Path(staging), files)), strict=True):
            _do(command, each, dry_run)
    if not dry_run:
        click.echo(f"pendant {name} has its new files and what it had kept. It starts now.")


def _fits(name: str, folder: Path, port: str, found: Itself) -> None:
    """These files may go over what it has kept."""
    if found.name != name:
        who = f"it is {found.name!r}" if found.name else "its settings cannot be read"
        raise FlashFault(
            f"the pendant at {port} is not {name!r}, {who}: another identity never goes over"
            " records that are still there. Flash it whole, without --running"
        )
    has_new = (folder / SETTINGS).is_file()
    if found.owed and has_new and settings_of(folder).get("key_id") != found.key_id:
        raise FlashFault(
            f"{name} keeps {found.owed} presses that the hub does not have, sealed with its old"
            " key: no hub would answer them under the new one. Ask her what they were, then flash"
            " it whole, without --running, which erases them"
        )


def _only_port() -> str:
    found = ports(lambda command: run_shown(command, None))
    if len(found) == 1:
        return found[0]
    if not found:
        raise FlashFault("no serial port is there: plug the board in, or name it with --port")
    raise FlashFault(f"say which with --port: {', '.join(found)}")


def _do(command: Sequence[str], says: str, dry_run: bool) -> None:
    click.echo(says)
    if dry_run:
        click.echo("  " + shlex.join(command))
    else:
        _run(command)


def _run(command: Sequence[str]) -> str:
    show: Callable[[str], None] = click.echo
    return run_shown(command, show)
