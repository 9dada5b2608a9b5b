"""`python -m simulator.hands [--hours N] [--attempts N] [--write]`: the tables, printed or written.

Some minutes for the documented size; the same seeds give the same tables.
"""

from pathlib import Path

import click

from simulator.hands.measure import CHANGES, changed, fears, pockets
from simulator.hands.table import change_table, fear_table, pocket_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pendant.md"
HOURS, ATTEMPTS = 1000, 2000


def tables(hours: int, attempts: int) -> dict[str, str]:
    """Mark in the page -> table."""
    found = []
    for name in ("", *CHANGES):
        with changed(name):
            found.append((name, pockets(hours), fears(attempts)))
    shipped = found[0]
    return {
        "pockets": pocket_table(shipped[1]),
        "fears": fear_table(shipped[2]),
        "changes": change_table(found),
    }


def placed(page: str, made: dict[str, str]) -> str:
    for mark, table in made.items():
        before, rest = page.split(f"<!-- {mark} -->")
        after = rest.split(f"<!-- /{mark} -->")[1]
        page = f"{before}<!-- {mark} -->\n{table}\n<!-- /{mark} -->{after}"
    return page


@click.command()
@click.option("--hours", default=HOURS, show_default=True, help="Hours in each place.")
@click.option("--attempts", default=ATTEMPTS, show_default=True, help="Calls of each style.")
@click.option("--write", is_flag=True, help="Into docs/pendant.md instead of the screen.")
def main(hours: int, attempts: int, write: bool) -> None:
    made = tables(hours, attempts)
    if write:
        PAGE.write_text(placed(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
    else:
        click.echo("\n\n".join(made.values()))


if __name__ == "__main__":
    main()
