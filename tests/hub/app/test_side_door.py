"""The socket in the hub's folder: who may use it, for what, and what garbage does to it."""

import json
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import side_door
from hub.inbox import Answer, Command, Inbox
from hub.side_door import NoHub, SideDoor


class Engine(threading.Thread):
    """Answers every command with its own words."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__(daemon=True)
        self._inbox = inbox
        self.asked: list[Command] = []
        self.stopping = False

    def run(self) -> None:
        while not self.stopping:
            for item in self._inbox.take(50):
                assert isinstance(item, Command)
                self.asked.append(item)
                assert item.reply is not None
                item.reply.give(Answer(True, f"did {item.kind}", "x"))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    inbox = Inbox()
    found = Engine(inbox)
    found.start()
    door = SideDoor(tmp_path, inbox)
    yield found
    door.close()
    found.stopping = True
    found.join()


def say(folder: Path, raw: bytes) -> dict[str, object]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.connect(str(folder / side_door.NAME))
        sock.sendall(raw)
        with sock.makefile("rb") as file:
            told: dict[str, object] = json.loads(file.readline())
    return told


def test_a_command_of_the_directory_is_asked_and_answered(engine: Engine, tmp_path: Path) -> None:
    answer = side_door.ask(tmp_path, "add_pendant", {"id": "p-1"})
    assert answer == Answer(True, "did add_pendant", "x")
    assert [(each.kind, each.by, each.data) for each in engine.asked] == [
        ("add_pendant", "cli", {"id": "p-1"})
    ]


@pytest.mark.parametrize("kind", ["acknowledge", "resolve", "plan_visit", "take_duty", "turn", ""])
def test_what_people_do_by_name_is_not_asked_for_here(
    engine: Engine, tmp_path: Path, kind: str
) -> None:
    assert not side_door.ask(tmp_path, kind, {"alarm": "a-1"}).ok
    assert engine.asked == []


@pytest.mark.parametrize(
    "raw", [b"\n", b"{}\n", b"[1]\n", b"\xff\n", b'{"kind":"add_person","facts":3}\n']
)
def test_garbage_is_refused_and_the_door_stays_open(
    engine: Engine, tmp_path: Path, raw: bytes
) -> None:
    assert say(tmp_path, raw)["ok"] is False
    assert side_door.ask(tmp_path, "add_person", {"id": "jo"}).ok


def test_only_the_owner_may_knock(engine: Engine, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / side_door.NAME).stat().st_mode) == 0o600
    assert side_door.answers(tmp_path)


def test_no_hub_is_told(tmp_path: Path) -> None:
    assert not side_door.answers(tmp_path)
    with pytest.raises(NoHub):
        side_door.ask(tmp_path, "add_person", {})


def test_a_socket_that_a_killed_hub_left_is_no_hub_and_is_replaced(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(tmp_path / side_door.NAME))
    left.close()
    assert not side_door.answers(tmp_path)
    door = SideDoor(tmp_path, Inbox())
    assert side_door.answers(tmp_path)
    door.close()
    assert not (tmp_path / side_door.NAME).exists()


def test_a_path_too_long_for_a_socket_does_not_stop_the_hub(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    SideDoor(folder, Inbox()).close()
    assert not side_door.answers(folder)
