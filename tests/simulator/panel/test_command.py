"""`allswell-sim panel` as a person starts and stops it."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from simulator.cli import cli
from tests.conftest import need

ROOT = Path(__file__).parents[3]
Running = subprocess.Popen[str]


def start(*args: str) -> Running:
    argv = [sys.executable, "-m", "simulator.cli", "panel", "--no-open", *args]
    return subprocess.Popen(
        argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.fixture
def running() -> Iterator[Running]:
    need("mosquitto")
    need("micropython")
    process = start()
    yield process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=30)


def told(process: Running, until: str) -> str:
    """What it says, to the line that has `until`; the test's own time-out ends a wait for ever."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if until in line:
            return said
    raise AssertionError(f"it ended before it said {until!r}:\n{said}")


@pytest.mark.live
@pytest.mark.micropython
def test_it_says_where_and_how_and_ctrl_c_leaves_nothing_behind(running: Running) -> None:
    said = told(running, "It ends with Ctrl-C")
    assert "SIMULATION" in said
    for wanted in ("olu", "tom", "maria", "ruth", "password: let me in"):
        assert wanted in said
    (url,) = re.findall(r"The panel +(http://127\.0\.0\.1:\d+/)", said)
    assert httpx.get(url, trust_env=False).status_code == 200
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    assert len(children) == 5, "broker, hub, three pendants"
    running.send_signal(signal.SIGINT)
    assert running.wait(30) == 130
    end = time.monotonic() + 10
    while any(Path(f"/proc/{pid}/cmdline").exists() for pid in children):
        assert time.monotonic() < end, "something lives on"
        time.sleep(0.05)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_a_port_that_somebody_has_is_said_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = start("--port", port)
        said, _ = done.communicate(timeout=60)
    assert done.returncode == 1
    assert f"port {port}" in said
    assert "The panel  " not in said


def test_its_help_teaches() -> None:
    said = CliRunner().invoke(cli, ["panel", "--help"]).output
    for wanted in ("--no-open", "--seconds", "--speed", "blackspot", "SOS", "simulation"):
        assert wanted in said
