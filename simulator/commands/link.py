"""`allswell-sim link`: the faults of a network, measured on the real firmware."""

import json
import sys

import click


@click.command("link", short_help="How soon each fault of a network is noticed and over.")
@click.option("--fault", "names", multiple=True, help="Only this one; as often as you like.")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object.")
def command(names: tuple[str, ...], as_lines: bool) -> None:
    """Three pendants behind a network that fails in each of the ways there are.

    Over mutual TLS, on real parts; five minutes for all of them. The table is that of docs/link.md.
    Exit code 1 when something took longer than the budget there.
    """
    from simulator.bench.link import FAULTS, as_json, lines, measured
    from simulator.live.broker import mosquitto_path
    from simulator.live.child import ChildFailed

    known = [fault.name for fault in FAULTS]
    for name in names:
        if name not in known:
            raise click.UsageError(f"no fault is called {name!r}; there are {', '.join(known)}")
    if mosquitto_path() is None:
        raise click.ClickException("mosquitto was not found: no other broker is measured")
    try:
        rows = measured(names, lambda text: click.echo(text, err=True))
    except (ChildFailed, TimeoutError) as failed:
        raise click.ClickException(str(failed)) from failed
    late = [said for row in rows for said in row.over_budget()]
    click.echo(json.dumps(as_json(rows)) if as_lines else "\n".join(lines(rows)))
    for said in late:
        click.echo(f"over budget: {said}", err=True)
    sys.exit(1 if late else 0)
