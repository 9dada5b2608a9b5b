"""One-time links, without a server: what is kept, how long, how often."""

import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hub.web.invitations import LASTS_H, Invitations
from hub.web.sessions import NAME, Sessions

HOUR_MS = 3_600_000


class Wall:
    now_ms = 1_000_000_000_000

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def kept(tmp_path: Path, wall: Wall) -> Invitations:
    return Invitations(tmp_path / NAME, wall)


def test_the_file_is_the_owner_s_alone_and_holds_no_token(
    kept: Invitations, tmp_path: Path
) -> None:
    token = kept.make("admin")
    kept.close()
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        assert token.encode() not in path.read_bytes()


def test_what_init_makes_is_there_when_the_hub_starts_and_beside_its_sessions(
    kept: Invitations, tmp_path: Path, wall: Wall
) -> None:
    token = kept.make("admin")
    kept.close()
    sessions, again = Sessions(tmp_path / NAME, wall), Invitations(tmp_path / NAME, wall)
    sessions.open("ben")
    found = again.find(token)
    assert found is not None
    assert found.person == "admin"
    for each in (sessions, again):
        each.close()


MAKES = """
import sys
from pathlib import Path
from hub.web.invitations import Invitations
links = Invitations(Path(sys.argv[1]), lambda: 1_000_000_000_000)
print(links.make("admin"))
links.close()
"""


def test_each_link_that_another_process_makes_is_seen_by_a_running_hub(
    tmp_path: Path, wall: Wall
) -> None:
    path = tmp_path / NAME
    sessions, kept = Sessions(path, wall), Invitations(path, wall)  # as the hub's web holds them
    for _ in range(3):
        made = subprocess.run(
            [sys.executable, "-c", MAKES, str(path)], capture_output=True, text=True, check=True
        )
        assert kept.find(made.stdout.strip()) is not None
    token, _ = sessions.open("ben")
    for each in (sessions, kept):
        each.close()
    again = Sessions(path, wall)
    assert again.find(token, "cookie") is not None, "written to a file that another had removed"
    again.close()


def test_a_link_works_once_and_looking_does_not_use_it_up(kept: Invitations) -> None:
    token = kept.make("admin")
    found = kept.find(token)
    assert found is not None
    assert kept.find(token) == found
    assert kept.use_up(found)
    assert kept.find(token) is None
    assert not kept.use_up(found)


def test_what_came_to_nothing_gives_the_link_back(kept: Invitations) -> None:
    token = kept.make("admin")
    found = kept.find(token)
    assert found is not None
    kept.use_up(found)
    kept.give_back(found)
    assert kept.find(token) == found
    kept.use_up(found)
    newer = kept.make("admin")
    kept.give_back(found)
    assert kept.find(token) is None, "a newer link has ended it meanwhile"
    assert kept.find(newer) is not None


def test_it_ends_by_itself_to_the_millisecond(kept: Invitations, wall: Wall) -> None:
    token, short = kept.make("admin"), kept.make("ben", 1)
    wall.now_ms += HOUR_MS - 1
    assert kept.find(short)
    wall.now_ms += 1
    assert kept.find(short) is None
    wall.now_ms += (LASTS_H - 1) * HOUR_MS - 1
    assert kept.find(token)
    wall.now_ms += 1
    assert kept.find(token) is None


@pytest.mark.parametrize("wrong", ["", "x", "../admin", "\ud800", "é" * 10_000])
def test_nothing_else_opens(kept: Invitations, wrong: str) -> None:
    token = kept.make("admin")
    found = kept.find(token)
    assert found is not None
    assert kept.find(wrong) is None
    assert kept.find(found.key) is None, "the digest in the file opens nothing"
    assert kept.find(token + "x") is None


def test_a_newer_link_for_her_ends_the_older_and_nobody_else_s(kept: Invitations) -> None:
    first, other, second = kept.make("admin"), kept.make("ben"), kept.make("admin")
    assert kept.find(first) is None
    assert kept.find(other)
    assert kept.find(second)


def test_of_many_who_come_at_once_one_has_it(tmp_path: Path, wall: Wall) -> None:
    many = [Invitations(tmp_path / NAME, wall) for _ in range(4)]
    token = many[0].make("admin")
    found = many[0].find(token)
    assert found is not None
    start, won = threading.Barrier(8), []

    def come(kept: Invitations) -> None:
        start.wait()
        won.append(kept.use_up(found))

    threads = [threading.Thread(target=come, args=(many[i % 4],)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
    for each in many:
        each.close()
