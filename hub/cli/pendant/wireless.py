"""The Wi-Fi networks that a pendant is told: from a file, or asked for at the terminal.

Rule: a network's key is never typed into a command line, which the shell remembers and others on
the machine can see.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hub.devices.image_files import MAX_NETWORKS, networks


def wifi_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--wifi FILE` and `--ask-wifi`."""
    from_file = click.option(
        "--wifi",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help='Its networks, best first: [{"ssid": "…", "key": "…"}, …], at most 8.',
    )
    by_asking = click.option(
        "--ask-wifi",
        is_flag=True,
        help="Ask for the networks; what is typed as a key is not shown.",
    )
    return from_file(by_asking(command))


def chosen(path: Path | None) -> bytes | None:
    """The file as the pendant gets it. Raises ImageFault on what no pendant could use."""
    if path is None:
        return None
    return written(networks(path.read_bytes(), path))


def asked() -> bytes:
    found: list[dict[str, str]] = []
    while len(found) < MAX_NETWORKS:
        prompt = "Name of the Wi-Fi network" if not found else "Next network (empty: no more)"
        ssid = click.prompt(prompt, default="", show_default=False, err=True)
        if not ssid:
            break
        key = click.prompt(
            f"Key of {ssid}", hide_input=True, default="", show_default=False, err=True
        )
        found.append({"ssid": ssid, "key": key})
    return written(networks(json.dumps(found).encode(), Path("what was typed")))


def written(found: list[dict[str, str]]) -> bytes:
    return (json.dumps(found, indent=1) + "\n").encode("ascii")
