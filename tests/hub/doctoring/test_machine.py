"""The clock by the kernel and against the hub's record; the disk."""

import ctypes
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from hub.clock import utc_ms
from hub.doctoring import machine


def said(last_commit_ms: int = 0) -> list[str]:
    return [each.said for each in machine.clock(last_commit_ms)]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "kernel_says", lambda: True)


def test_a_clock_that_is_kept_is_no_finding(kept: None) -> None:
    assert said(utc_ms()) == []


def test_a_clock_that_was_set_back_is_told_by_how_much(kept: None) -> None:
    assert said(utc_ms() + 90_500) == ["it is 90 s behind what the hub has recorded already"]
    assert said(utc_ms() + machine.AHEAD_MS - 1_000) == []


def test_a_clock_that_was_never_set_is_told_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "utc_ms", lambda: 946_684_800_000)
    assert said(utc_ms()) == ["it was never set"]


@pytest.mark.parametrize(
    ("told", "wanted", "grave"),
    [
        (False, "it is not synchronised", True),
        (None, "this system does not tell whether it is synchronised", False),
    ],
)
def test_what_the_kernel_says_is_told(
    monkeypatch: pytest.MonkeyPatch, told: bool | None, wanted: str, grave: bool
) -> None:
    monkeypatch.setattr(machine, "kernel_says", lambda: told)
    [found] = machine.clock()
    assert (found.said, found.grave) == (wanted, grave)


@pytest.mark.parametrize(
    ("state", "wanted"), [(0, True), (1, True), (machine.TIME_ERROR, False), (-1, None)]
)
def test_the_kernel_s_answers_are_read_as_adjtimex_means_them(
    monkeypatch: pytest.MonkeyPatch, state: int, wanted: bool | None
) -> None:
    """And it is asked, not set: `modes`, the first word of what it is given, is zero."""
    asked: list[bytes] = []

    def adjtimex(buffer: ctypes.Array[ctypes.c_char]) -> int:
        asked.append(bytes(buffer.raw))
        return state

    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(adjtimex=adjtimex))
    assert machine.kernel_says() is wanted
    assert asked == [bytes(machine.TIMEX_BYTES)]


def test_a_system_without_the_call_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    assert machine.kernel_says() is None


def test_a_full_disk_and_open_doors_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**12))
    assert [*machine.disk(tmp_path)] == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=9 * 10**6))
    tmp_path.chmod(0o755)
    assert [each.about for each in machine.disk(tmp_path)] == ["disk", "folder"]
