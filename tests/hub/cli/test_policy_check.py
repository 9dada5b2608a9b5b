"""`allswell policy check --config`: whether the roster can do what a procedure asks."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from hub.cli import main
from hub.settings import DEFAULT_FILE
from tests.hub.cli.conftest import Run

PERSON = """
[[person]]
id = "{who}"
name = "{who}"
initials = "XX"
roles = [{roles}]
"""


def checked(*words: str) -> Result:
    return CliRunner().invoke(main, ["policy", "check", "plain", "--acts", "1", *words])


def roster(site: Path, **people: str) -> Path:
    """The settings that init wrote, with these people and their roles besides."""
    path = site / DEFAULT_FILE
    more = [PERSON.format(who=who, roles=roles) for who, roles in people.items()]
    text = path.read_text(encoding="utf-8").split("\n[[person]]")[0]
    path.write_text(text + "".join(more), encoding="utf-8")
    return path


def test_a_roster_without_a_manager_is_told(made: Result, run: Run, site: Path) -> None:
    config = roster(site, mo='"monitor"', mi='"monitor"')
    done = checked("--config", str(config), "--json")
    told = json.loads(done.output)
    assert done.exit_code == 1
    said = {fault["said"] for fault in told["faults"]}
    assert "rung 2: nobody on the roster may hold 'manager', so it is skipped" in said
    assert all(fault["line"] > 1 for fault in told["faults"])


def test_a_roster_that_can_do_it_is_sound(made: Result, run: Run, site: Path) -> None:
    config = roster(site, mo='"monitor"', ma='"manager", "monitor"')
    done = checked("--config", str(config))
    assert done.exit_code == 0, done.output
    assert "plain: sound (plain@" in done.output


def test_no_such_procedure_is_told_and_the_others_are_checked() -> None:
    done = checked("nowhere")
    assert done.exit_code == 1
    assert "nowhere:1: is no shipped procedure" in done.output
    assert "plain: sound" in done.output
