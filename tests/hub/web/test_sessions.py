"""Sessions and passwords, without a server."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from hub.web import passwords, sessions
from hub.web.asking import next_url
from hub.web.passwords import BackOff, Passwords
from hub.web.sessions import IDLE_MS, LONGEST_MS, SESSIONS_PER_PERSON, Sessions

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Wall:
    now_ms = 1_000_000_000_000

    def __call__(self) -> int:
        return self.now_ms


def test_a_session_is_found_by_its_token_only_and_the_file_does_not_hold_it(tmp_path: Path) -> None:
    file = tmp_path / "sessions.db"
    kept = Sessions(file, Wall())
    token, session = kept.open("ben")
    assert kept.find(token, "cookie") == session
    assert kept.find(session.key, "cookie") is None, "the digest in the file opens nothing"
    assert kept.find(token, "token") is None, "a cookie is no bearer token"
    kept.close()
    assert not any(token.encode() in part.read_bytes() for part in tmp_path.iterdir())
    again = Sessions(file, Wall())
    assert again.find(token, "cookie") == session, "a restart logs nobody out"
    again.close()


def test_a_session_ends_when_idle_when_old_and_when_closed(tmp_path: Path) -> None:
    wall = Wall()
    kept = Sessions(tmp_path / "s.db", wall)
    token, session = kept.open("ben")
    for _ in range(LONGEST_MS // IDLE_MS):
        wall.now_ms += IDLE_MS - 1
        assert kept.find(token, "cookie"), "used every shift, it lives"
    wall.now_ms += IDLE_MS
    assert kept.find(token, "cookie") is None, "too old, however often it was used"
    token, _ = kept.open("ben")
    wall.now_ms += IDLE_MS + 1
    assert kept.find(token, "cookie") is None, "idle"
    token, session = kept.open("ben")
    kept.close_one(session)
    assert kept.find(token, "cookie") is None
    kept.close()


def test_one_person_has_so_many_sessions_and_no_more(tmp_path: Path) -> None:
    kept = Sessions(tmp_path / "s.db", Wall())
    tokens = [kept.open("ben")[0] for _ in range(SESSIONS_PER_PERSON + 3)]
    other, _ = kept.open("ruth")
    alive = [token for token in tokens if kept.find(token, "cookie")]
    assert alive == tokens[3:]
    assert kept.find(other, "cookie")
    kept.close()


def test_only_the_right_password_of_a_known_person_opens() -> None:
    check = Passwords(CHEAP)
    stored = check.hash("correct horse")
    assert stored.startswith("$argon2id$")
    assert check.right(stored, "correct horse")
    assert not check.right(stored, "Correct horse")
    assert not check.right("", "nobody's password"), "the stand-in for nobody opens nothing"
    assert not check.right("not a hash", "x")
    assert not check.right(stored, "x" * (passwords.PASSWORD_MAX + 1))


def test_guessing_waits_longer_each_time_and_only_there() -> None:
    now = [0.0]
    guesser = BackOff(lambda: now[0])
    for _ in range(passwords.FREE_TRIES):
        assert guesser.wait_s("ben", "10.0.0.1") == 0
        guesser.missed("ben", "10.0.0.1")
    waits = []
    for _ in range(12):
        waits.append(guesser.wait_s("ben", "10.0.0.1"))
        now[0] += waits[-1]
        assert guesser.wait_s("ben", "10.0.0.1") == 0
        guesser.missed("ben", "10.0.0.1")
    assert waits[:3] == [2, 4, 8]
    assert waits[-1] == passwords.LONGEST_WAIT_S
    assert guesser.wait_s("ben", "10.0.0.2") == 0, "elsewhere ben can log in"
    assert guesser.wait_s("ruth", "10.0.0.1") == 0
    guesser.succeeded("ben", "10.0.0.1")
    assert guesser.wait_s("ben", "10.0.0.1") == 0


def test_the_memory_of_guessers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "REMEMBERED_GUESSERS", 3)
    guesser = BackOff(lambda: 0.0)
    for number in range(4):
        for _ in range(passwords.FREE_TRIES):
            guesser.missed("ben", f"10.0.0.{number}")
    assert guesser.wait_s("ben", "10.0.0.0") == 0
    assert guesser.wait_s("ben", "10.0.0.3") > 0


@pytest.mark.parametrize(
    ("wanted", "went"),
    [
        ("/visits/v-1?do=extend", "/visits/v-1?do=extend"),
        ("", "/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
    ],
)
def test_after_logging_in_one_stays_here(wanted: str, went: str) -> None:
    assert next_url(wanted) == went


def test_the_limits_are_sane() -> None:
    assert sessions.TOUCH_MS < IDLE_MS < LONGEST_MS
