"""What the commands about pendants share: lawful names, faults as sentences, the broker's files."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from hub.cli.asking import opened
from hub.devices import broker, site
from hub.devices.certificates import KeysFault
from hub.devices.image import ImageFault
from hub.devices.image_flash import FlashFault
from hub.devices.image_layout import LayoutFault
from hub.settings import Settings
from protocol.record import is_id

DAY_MS = 86_400_000
# Two years: long enough to be planned, short enough that a forgotten pendant ends by itself.
USUAL_DAYS = 730


def lawful(_: click.Context, __: click.Parameter, value: str) -> str:
    if not is_id(value):
        raise click.BadParameter(
            f"{value!r} is wrong; allowed are lower case letters, digits and inner hyphens, at"
            " most 32"
        )
    return value


@contextmanager
def told() -> Iterator[None]:
    """What cannot be done is one sentence and exit status 1."""
    try:
        yield
    except (ImageFault, FlashFault, LayoutFault, KeysFault) as exc:
        raise click.ClickException(str(exc)) from None


def until_ms(days: int, now_ms: int) -> int:
    """The end of a life of so many days; 0 days: no end."""
    return now_ms + days * DAY_MS if days else 0


def day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d")


def keys_of(settings: Settings) -> Path | None:
    """The folder of the installation's own keys; None where pendants log in by password."""
    return settings.broker.keys if settings.broker.tls else None


def write_rights(settings: Settings) -> None:
    """The broker's list of who may say what, as the books have it now. Where nothing changes the
    broker is left alone: one that reads its rules anew while the hub is away denies it too much."""
    folder = settings.broker.files
    if folder is None:
        return
    with opened(settings) as reader:
        revoked = [each.id for each in reader.pendants() if each.state == "revoked"]
    path = folder / broker.ACL
    if path.exists() and path.read_text(encoding="utf-8") == broker.acl(revoked):
        return
    site.set_revoked(folder, revoked)
    reload_broker(folder)
    if settings.broker.second_host:
        click.echo(
            f"The second broker, {settings.broker.second_host}, has files of its own: make its"
            " folder again and carry it there (allswell second-broker).",
            err=True,
        )


def reload_broker(folder: Path) -> None:
    if not site.reload(folder):
        click.echo("The broker is not running here: it reads its files when it starts.", err=True)
