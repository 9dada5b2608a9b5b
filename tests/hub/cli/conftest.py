"""A site of its own for each test, and the command line on it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import main

Run = Callable[..., Result]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


@pytest.fixture
def run(site: Path) -> Run:
    """One command; everything after `init` on this site's settings."""

    def command(*words: str, typed: str | None = None) -> Result:
        config = [] if words[0] in ("init", "policy") else ["--config", str(site / "allswell.toml")]
        sub = 2 if words[0] in ("pendant", "log", "keys") else 1
        return CliRunner().invoke(main, [*words[:sub], *config, *words[sub:]], input=typed)

    return command


@pytest.fixture
def made(run: Run, site: Path) -> Result:
    done = run("init", str(site), "--organisation", 'Quote " and é', "--zone", "Europe/London")
    assert done.exit_code == 0, done.output
    return done
