"""`allswell pendant`: put pendants on the hub's and the broker's books, on their chips, and off.

Rule: a secret is made once, lies in files that only their owner may read, and is never an argument
of a program, a line of a log or part of an error; only the hub keeps a copy.
"""

import click

from hub.cli.pendant.adding import add
from hub.cli.pendant.flashing import flash
from hub.cli.pendant.imaging import image
from hub.cli.pendant.listing import revoke, show
from hub.cli.pendant.renewing import renew


@click.group()
def pendant() -> None:
    """Pendants: add, image, flash, list, renew, revoke. Beside a running hub and without one."""


for _command in (add, image, flash, show, renew, revoke):
    pendant.add_command(_command)
