"""The flash folder: whatever instant the power goes, the whole old record or the whole new one."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.boards import flash
from firmware.boards.flash import FlashFolder
from protocol.errors import LocalProtocolError

NAMES = st.sampled_from(["phase", "e-0123456789abcdef-7", "o-0123456789abcdef-8"])


class PowerCutError(BaseException):
    """Not an Exception: nothing in the code under test may catch it."""


def test_what_is_written_is_read_by_the_next_boot(tmp_path: Path) -> None:
    FlashFolder(str(tmp_path)).write("b", b"2")
    FlashFolder(str(tmp_path)).write("a", b"\x00\xff")
    FlashFolder(str(tmp_path)).write("b", b"3")
    assert FlashFolder(str(tmp_path)).read_all() == [("a", b"\x00\xff"), ("b", b"3")]


def test_erased_is_gone_and_may_be_erased_again(tmp_path: Path) -> None:
    folder = FlashFolder(str(tmp_path) + "/")
    folder.write("a", b"1")
    folder.erase("a")
    folder.erase("a")
    assert folder.read_all() == []


def test_record_that_cannot_be_erased_is_not_called_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: str) -> None:
        raise OSError(errno.EIO, "worn")

    folder = FlashFolder(str(tmp_path))
    folder.write("a", b"1")
    with monkeypatch.context() as patch:
        patch.setattr(os, "remove", refused)
        with pytest.raises(OSError):
            folder.erase("a")
    assert folder.read_all() == [("a", b"1")]


def test_settings_and_cause_are_no_records(tmp_path: Path) -> None:
    folder = FlashFolder(str(tmp_path))
    folder.write_file("settings.json", b"{}")
    assert folder.read_all() == []
    assert folder.read_file("settings.json") == b"{}"
    assert folder.read_file("missing") == b""


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "x" * 41, "a.rec", "é"])
def test_unlawful_name_is_our_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(LocalProtocolError):
        FlashFolder(str(tmp_path)).write(name, b"")
    assert os.listdir(tmp_path) == []


@given(st.lists(st.tuples(NAMES, st.one_of(st.none(), st.binary(max_size=64))), max_size=20))
def test_folder_is_a_mapping(
    tmp_path_factory: pytest.TempPathFactory, work: list[tuple[str, bytes | None]]
) -> None:
    folder = FlashFolder(str(tmp_path_factory.mktemp("flash")))
    model: dict[str, bytes] = {}
    for name, blob in work:
        if blob is None:
            folder.erase(name)
            model.pop(name, None)
        else:
            folder.write(name, blob)
            model[name] = blob
    assert folder.read_all() == sorted(model.items())


def cut_before_call(monkeypatch: pytest.MonkeyPatch, number: int) -> Callable[[], int]:
    """The power goes before the `number`th call to the system; returns how many there were."""
    calls = 0

    def counting(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            nonlocal calls
            calls += 1
            if calls == number:
                raise PowerCutError
            return real(*args)

        return call

    real_open, real_rename, real_remove = open, os.rename, os.remove
    monkeypatch.setattr(flash, "open", counting(real_open), raising=False)
    monkeypatch.setattr(os, "rename", counting(real_rename))
    monkeypatch.setattr(os, "remove", counting(real_remove))
    monkeypatch.setattr(flash, "SYNC_FILE", counting(os.fsync))
    return lambda: calls


@pytest.mark.parametrize("number", range(1, 6))
def test_power_cut_at_each_step_leaves_old_or_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folder = FlashFolder(str(tmp_path))
    folder.write("phase", b"old")
    with monkeypatch.context() as patch:
        calls = cut_before_call(patch, number)
        try:
            folder.write("phase", b"new, and longer")
            finished = True
        except PowerCutError:
            finished = False
    assert finished == (calls() < number), "open, sync, rename, sync: four steps"
    records = FlashFolder(str(tmp_path)).read_all()
    assert records in ([("phase", b"old")], [("phase", b"new, and longer")])
    if finished:
        assert records == [("phase", b"new, and longer")]
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")], "swept at boot"


def test_bytes_are_synced_before_the_name_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut may leave the new name on an empty file."""
    order: list[str] = []
    real_rename = os.rename

    def rename(old: str, new: str) -> None:
        order.append("rename")
        real_rename(old, new)

    def sync(number: int) -> None:
        size = os.fstat(number).st_size
        order.append("sync of all bytes" if size == 6 else "sync")
        os.fsync(number)

    monkeypatch.setattr(os, "rename", rename)
    monkeypatch.setattr(flash, "SYNC_FILE", sync)
    FlashFolder(str(tmp_path)).write("a", b"sixsix")
    assert order == ["sync of all bytes", "rename", "sync"]
