"""What every test may ask for: the real parts, and how hard Hypothesis looks.

Rule: a test that needs a real part says so through `need`. Without the part it is skipped with the
reason, unless ALLSWELL_REQUIRE names the part: then its absence is a failure, so that CI can never
be green because something was not there.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

# part -> the names it goes by, best first
PARTS: dict[str, tuple[str, ...]] = {
    "mosquitto": ("mosquitto",),
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "micropython": ("micropython",),
    # Another clock for one process; its wheel is built for Linux on x86-64 and said so by [test].
    "faketime": ("python-libfaketime",),
}

# Markers of tests that keep a core less busy than the clock.
WAITING = ("live", "micropython", "browser")

# Debian keeps daemons where an ordinary user's PATH does not look.
EXTRA_FOLDERS = ("/usr/sbin", "/usr/local/sbin")

# No deadline: the machine is shared and a slow example is not a wrong one.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.register_profile(
    "soak", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow]
)
# For mutants: a fault is only to be found, not to be made small, and soon.
settings.register_profile(
    "mutation",
    derandomize=True,
    deadline=None,
    max_examples=25,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile(os.environ.get("ALLSWELL_HYPOTHESIS", "ci"))


def find_part(part: str, path: str | None = None) -> str | None:
    """The executable of a part: beside this Python first (wheels), then on the path."""
    folders = [str(Path(sys.executable).parent)]
    folders += (os.environ.get("PATH", os.defpath) if path is None else path).split(os.pathsep)
    folders += EXTRA_FOLDERS if path is None else ()
    for name in PARTS[part]:
        found = shutil.which(name, path=os.pathsep.join(folders))
        if found is not None:
            return found
    return None


def required_parts(environ: Mapping[str, str]) -> frozenset[str]:
    """The parts that ALLSWELL_REQUIRE names; a name that is no part stops the run."""
    wanted = environ.get("ALLSWELL_REQUIRE", "").replace(",", " ").split()
    unknown = sorted(set(wanted) - set(PARTS))
    if unknown:
        allowed = ", ".join(PARTS)
        raise pytest.UsageError(
            f"ALLSWELL_REQUIRE names {', '.join(unknown)}; allowed are: {allowed}"
        )
    return frozenset(wanted)


def need(part: str) -> str:
    """The path of a real part's executable; else this test is skipped, or failed if required."""
    found = find_part(part)
    if found is not None:
        return found
    if part in required_parts(os.environ):
        pytest.fail(f"{part} was not found, and ALLSWELL_REQUIRE names it", pytrace=False)
    pytest.skip(f"needs {part}, which was not found")


def pytest_configure(config: pytest.Config) -> None:
    """A misspelt ALLSWELL_REQUIRE stops the run before it can pass by accident."""
    required_parts(os.environ)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of two processes one begins with the tests that mostly wait for a real part, the other has
    the second half and then takes from the first's end: so real parts seldom meet. One process
    keeps the order of the files."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not any(item.get_closest_marker(part) for part in WAITING))


@pytest.fixture(scope="session")
def mosquitto_path() -> str:
    return need("mosquitto")


@pytest.fixture(scope="session")
def micropython_path() -> str:
    return need("micropython")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    return need("chromium")
