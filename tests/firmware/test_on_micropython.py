"""The files of tests/micropython, on the real interpreter and on CPython.

The heap is four times the chip's: a test may hold more than a pendant ever does (the golden vectors
alone are 145 KB). That the pendant itself lives in 100wK is shown by tests/live/test_pendant.py.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import need

FOLDER = Path(__file__).parents[1] / "micropython"
FILES = sorted(path.name for path in FOLDER.glob("test_*.py"))
RUNNER = str(FOLDER / "run.py")
LIMIT_S = 110
HEAP = "heapsize=400wK"


def run(command: list[str]) -> None:
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        cwd=FOLDER.parents[1],
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " run, 0 failed" in done.stdout


def test_there_is_something_to_run() -> None:
    assert FILES


@pytest.mark.micropython
@pytest.mark.parametrize("file", FILES)
def test_inside_micropython(file: str) -> None:
    run([need("micropython"), "-X", HEAP, RUNNER, file])


@pytest.mark.parametrize("file", FILES)
def test_the_same_on_cpython(file: str) -> None:
    run([sys.executable, RUNNER, file])


@pytest.mark.micropython
def test_a_failing_test_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "test_wrong.py").write_text("def test_x():\n    assert False\n")
    (tmp_path / "run.py").write_text(Path(RUNNER).read_text())
    for interpreter in (sys.executable, need("micropython")):
        done = subprocess.run(
            [interpreter, str(tmp_path / "run.py")],
            check=False,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )
        assert done.returncode == 1
        assert "FAILED test_wrong test_x" in done.stdout
