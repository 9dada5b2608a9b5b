"""`allswell policy trace`: each clause with the rules that cite it, its tests, and the result.

Rule: results are seen, not remembered: the tests run. They are part of the checkout, not of an
installed package, which says so.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from hub.policy import trace as tracing

CHECKOUT = Path(__file__).resolve().parents[2]
RUNNER = "tests.tracing"
ABSENT = (
    "The tests are not here: this is an installed package. What cites a clause is listed below; "
    "whether it holds is shown by `allswell policy trace --prove` in a checkout of the source."
)


@click.command("trace")
@click.option("--prove", is_flag=True, help="Take each rule out: a test of its clause must fail.")
@click.option("--clause", "prefix", default="", help="Only clauses that begin so, like DC-.")
@click.option("--json", "as_json", is_flag=True)
def trace(prove: bool, prefix: str, as_json: bool) -> None:
    """Every clause of the procedures: which rules cite it, which tests carry it, what they say.

    Exit status 1 when a clause failed or nothing covers it; 2 without the tests at hand.
    """
    at_hand = (CHECKOUT / "tests" / "tracing.py").is_file()
    seen = _seen(prove, prefix) if at_hand else tracing.Seen()
    lines = tracing.table(seen, prefix)
    if not at_hand:
        click.echo(ABSENT, err=True)
    if as_json:
        click.echo(json.dumps([line.as_json() for line in lines], indent=2))
    else:
        for said in tracing.text(lines):
            click.echo(said)
        click.echo(tracing.summary(lines))
    if not at_hand:
        raise SystemExit(2)
    for error in seen.errors:
        click.echo(error, err=True)
    if seen.errors or not tracing.is_whole(lines):
        raise SystemExit(1)


def _seen(prove: bool, prefix: str) -> tracing.Seen:
    """The tests of the clauses, run now; their progress goes to the terminal's error side."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "seen.json"
        words = [sys.executable, "-m", RUNNER, str(out), "--clause", prefix]
        words += ["--prove"] if prove else []
        done = subprocess.run(
            words, cwd=CHECKOUT, check=False, stdout=subprocess.PIPE, stderr=None, text=True
        )
        if done.returncode or not out.is_file():
            raise click.ClickException(f"the tests could not be run:\n{done.stdout[-4000:]}")
        return tracing.seen_of(json.loads(out.read_text(encoding="utf-8")))
