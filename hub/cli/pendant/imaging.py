"""`allswell pendant image`: the flash image of one pendant, for any tool that writes flash.

Rule: it is built for the region that MicroPython will mount, named in the answer, and readable by
its owner only: the pendant's key is in it.
"""

from pathlib import Path

import click

from hub.cli.pendant.shared import lawful, told
from hub.devices import image as images
from hub.devices.image_files import of_pendant, program
from hub.devices.image_layout import MIB, Region, default_region, region_in_micropython
from hub.devices.private_file import write_private

from_option = click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="What `allswell pendant add` wrote; by default NAME here.",
)
micropython_option = click.option(
    "--micropython",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="MicroPython for the chip (ESP32_GENERIC_S3-….bin): its own table says where files lie.",
)
size_option = click.option(
    "--flash-mb",
    type=click.Choice(["4", "8", "16", "32"]),
    default="8",
    show_default=True,
    help="The size of the flash on the board, where it is not asked.",
)


@click.command("image")
@click.argument("name", callback=lawful)
@from_option
@micropython_option
@size_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write, by default NAME.img here.",
)
def image(
    name: str, folder: Path | None, micropython: Path | None, flash_mb: str, out: Path | None
) -> None:
    """Build the file system of pendant NAME as one file: our program and what it is told."""
    out = Path(f"{name}.img") if out is None else out
    if out.exists():
        raise click.UsageError(f"{out} is already there: name another file, or remove it")
    with told():
        region = region_of(micropython, int(flash_mb) * MIB)
        files = {**program(), **of_pendant(folder or Path(name), name)}
        built = images.build(files, region.size)
    write_private(out, built)
    click.echo(f"{out}: {len(files)} files in {region}. It holds the key of {name}.")
    click.echo(f"Written by hand: esptool --chip esp32s3 write-flash {region.offset:#x} {out}")


def region_of(micropython: Path | None, flash_bytes: int) -> Region:
    if micropython is None:
        return default_region(flash_bytes)
    return region_in_micropython(micropython.read_bytes(), flash_bytes)
