"""`allswell-sim` as a person starts and stops it: what it leaves behind is nothing."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.live.child import free_port
from tests.conftest import need

ROOT = Path(__file__).parents[2]
Demo = subprocess.Popen[str]


def start(*args: str, env: dict[str, str] | None = None) -> Demo:
    argv = [sys.executable, "-m", "simulator.cli", *args]
    return subprocess.Popen(
        argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, **(env or {})},
    )  # fmt: skip


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    need("mosquitto")
    need("micropython")
    process = start("demo", "--port", str(free_port()), env={"TMPDIR": str(tmp_path)})
    yield process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=30)


def told(process: Demo, pattern: str) -> "re.Match[str]":
    """Read on until a line fits; the test's own time-out ends a wait for ever."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(pattern, line):
            return found
    raise AssertionError(f"it ended before {pattern!r}")


def children(process: Demo) -> list[int]:
    """Hub and pendants, by what it says, and the broker, by who its parent is."""
    found = told(process, r"hub process (\d+), pendants ([\d, ]+)")
    pids = [int(found[1]), *(int(pid) for pid in found[2].split(","))]
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    direct = [int(pid) for pid in listed.read_text().split()]
    assert set(pids) <= set(direct)
    assert len(direct) == len(pids) + 1
    return direct


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"


def all_gone_within(pids: list[int], limit_s: float) -> bool:
    end_s = time.monotonic() + limit_s
    while time.monotonic() < end_s:
        if all(gone(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.live
@pytest.mark.micropython
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_demo_leaves_nothing(demo: Demo, number: signal.Signals, tmp_path: Path) -> None:
    pids = children(demo)
    demo.send_signal(number)
    said, _ = demo.communicate(timeout=30)
    assert demo.returncode == 130, said
    assert "Traceback" not in said
    assert all_gone_within(pids, 1)
    assert list(tmp_path.glob("allswell-sim-*")) == []


@pytest.mark.live
@pytest.mark.micropython
def test_a_killed_demo_takes_its_processes_along(demo: Demo) -> None:
    pids = children(demo)
    demo.kill()
    demo.wait(10)
    assert all_gone_within(pids, 15)


@pytest.mark.live
@pytest.mark.micropython
def test_a_demo_that_is_too_short_says_what_it_did_not_show(tmp_path: Path) -> None:
    need("mosquitto")
    need("micropython")
    env = {"DEMO_SECONDS": "1", "TMPDIR": str(tmp_path)}
    process = start("demo", "--port", str(free_port()), env=env)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert "did not show" in said
    assert "the SOS ended by a person" in said


@pytest.mark.parametrize(
    ("args", "env", "said"),
    [
        (("run",), {}, "Missing argument 'FILES...'"),
        (("run", "nowhere.toml"), {}, "does not exist"),
        (("demo", "--speed", "0"), {}, "0 is not in the range"),
        (("demo",), {"DEMO_SECONDS": "soon"}, "a whole number of seconds"),
        (("dance",), {}, "No such command 'dance'"),
    ],
)  # fmt: skip
def test_misuse_is_told_and_ends_with_two(
    args: tuple[str, ...], env: dict[str, str], said: str
) -> None:
    process = start(*args, env=env)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert said in out
