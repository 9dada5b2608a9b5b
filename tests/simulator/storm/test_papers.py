"""docs/storm.md says what the storm has."""

from tests.hub.rules.make_papers import made_again
from tests.simulator.storm.make_papers import PAGE, made


def test_the_tables_are_what_the_script_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == made_again(PAGE, made())
