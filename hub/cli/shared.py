"""What the commands share: how settings are found, and which faults are told instead of raised."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hub.app import Refused
from hub.devices.certificates import KeysFault, is_address
from hub.settings import DEFAULT_FILE, Settings, load
from hub.store.genesis import GenesisRefused
from hub.store.store import StoreRefused
from hub.toml_source import Faults

# Somebody else's fault, each with a message that says what to do.
FAULTS = (Faults, StoreRefused, GenesisRefused, Refused, KeysFault)


def told(exc: Exception) -> str:
    """The message for the terminal; of many faults, a line for each."""
    if isinstance(exc, Faults):
        count = len(exc.faults)
        head = "1 fault" if count == 1 else f"{count} faults"
        return "\n".join([f"allswell: {head}:", *(f"  {fault}" for fault in exc.faults)])
    return f"allswell: {exc}"


def in_folder(_: click.Context, __: click.Parameter, given: Path | None) -> Path | None:
    """A site's folder means the settings in it."""
    return given / DEFAULT_FILE if given is not None and given.is_dir() else given


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--config FILE`, by default allswell.toml here."""
    return click.option(
        "--config",
        "-c",
        "config",
        type=click.Path(path_type=Path),
        callback=in_folder,
        default=Path(DEFAULT_FILE),
        show_default=True,
        help="The settings, as `allswell init` writes them.",
    )(command)


def lawful_addresses(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """Of a broker: what its certificate may bear."""
    for address in given:
        if not is_address(address):
            raise click.BadParameter(
                f"{address!r} is wrong; allowed is an IP address or a host name, e.g. 192.0.2.10"
            )
    return given


def settings_of(config: Path) -> Settings:
    return load(config)
