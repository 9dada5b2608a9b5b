"""`allswell policy reload`: the running hub reads its procedure again.

Rule: a file with a fault is refused whole, with every fault told here, and what runs goes on.
"""

from pathlib import Path

import click

from hub import side_door
from hub.cli.shared import config_option, settings_of


@click.command("reload")
@config_option
def reload(config: Path) -> None:
    """Let the running hub read its procedure again: for new visits, running ones keep theirs.

    Exit status 1 and every fault when the file is refused; SIGHUP does the same without an answer.
    """
    folder = settings_of(config).folder
    try:
        answer = side_door.ask(folder, side_door.RELOAD, {})
    except side_door.NoHub as exc:
        raise click.ClickException(f"{exc}: it reads its procedure when it starts") from exc
    click.echo(answer.reason, err=not answer.ok)
    if not answer.ok:
        raise SystemExit(1)
