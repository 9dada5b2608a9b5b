"""`allswell serve`: run the hub, from a settings file or from one line."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from hub import app, logs, procedure
from hub.cli.shared import in_folder
from hub.notify import addresses
from hub.policy.model import Policy
from hub.roster import PersonEntry
from hub.settings import DEFAULT_FILE, DEFAULT_POLICY, BrokerAt, Settings, Web, load
from hub.store.schema import NAME as DATABASE

OPERATOR = "operator"


class HostPort(click.ParamType[tuple[str, int]]):
    """`HOST:PORT`, `[::1]:PORT` or `HOST`."""

    name = "host:port"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        host, colon, port = str(value).rpartition(":")
        if not colon:
            host, port = str(value), "1883"
        if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
            self.fail(f"{value!r} is wrong; allowed is HOST:PORT, e.g. 127.0.0.1:1883", param, ctx)
        return host.strip("[]"), int(port)


@click.command()
@click.option(
    "--config",
    "-c",
    type=click.Path(path_type=Path),
    callback=in_folder,
    help=f"The settings; without it and without --data: {DEFAULT_FILE} here.",
)
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="The hub's folder: no file."
)
@click.option("--broker", type=HostPort(), help="The MQTT broker; one without users, or see init.")
@click.option("--page", "pages", multiple=True, help="Whom to page: http(s)://… or an Apprise URL.")
@click.option("--host", help="Where the board is served; without it, as in the settings.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the board; 0 is a free one.")
def serve(
    config: Path | None,
    data: Path | None,
    broker: tuple[str, int] | None,
    pages: tuple[str, ...],
    host: str | None,
    port: int | None,
) -> None:
    """Run the hub until it is told to stop (SIGINT or SIGTERM).

    With --data the hub needs no settings file: one person, `operator`, holds every role of the
    procedure and is paged at each --page. `allswell invite operator --data FOLDER` lets her in.

    Exit status: 0 stopped, 2 could not start, 70 a part of the hub died (start it again).
    """
    if data is not None and config is not None:
        raise click.UsageError("--config and --data exclude each other")
    settings = load(config or Path(DEFAULT_FILE)) if data is None else without_file(data, pages)
    if data is None and pages:
        raise click.UsageError("--page goes with --data; with a file each person has her pages")
    if broker is not None:
        at = replace(settings.broker, host=broker[0], port=broker[1])
        settings = replace(settings, broker=at)
    web = settings.web
    web = replace(web, host=host or web.host, port=web.port if port is None else port)
    settings = replace(settings, web=web)
    if data is not None and not (data / DATABASE).exists():
        # What a hub prints ends up in journals: nothing that opens anything.
        _say(f"allswell: nobody can log in yet: allswell invite {OPERATOR} --data {data}")
    logs.to_stderr()
    sys.exit(app.serve(settings, _say))


def _say(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()


def without_file(data: Path, pages: tuple[str, ...] = ()) -> Settings:
    """The settings of a hub that has only a folder and one person."""
    for url in pages:
        if not addresses.is_lawful(url, simulation=False):
            raise click.UsageError(f"--page {url!r} is wrong; allowed is {addresses.ALLOWED}")
    settings = Settings(folder=data, broker=BrokerAt(), web=Web(), policy=DEFAULT_POLICY)
    operator = _operator(procedure.policy_of(settings), pages)
    return replace(settings, people=(operator,))


def _operator(policy: Policy, pages: tuple[str, ...]) -> PersonEntry:
    roles = tuple(policy.role)
    on_duty = tuple(role for role in roles if policy.role[role].source_of_people == "duty")
    return PersonEntry(
        OPERATOR, "Operator", "OP", OPERATOR, roles=roles, on_duty=on_duty, pages=pages
    )
