"""The image: every byte back out of it, in a file system whose numbers are VfsLfs2's."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.boards import flash as chip_flash
from hub.devices import image
from hub.devices.certificates import Credential, issue_client, make_ca
from hub.devices.image_files import (
    NOT_ON_THE_CHIP,
    of_pendant,
    part_of_pendant,
    program,
    sources,
)
from hub.devices.image_layout import BLOCK_BYTES, MIB, Region
from tests.conftest import need
from tests.hub.devices.chip_files import pendant_folder
from tests.test_layers import CPYTHON_ONLY
from tests.tree import ROOT

RIG = str(ROOT / "tests" / "micropython" / "image_rig.py")

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=1, max_size=40).filter(
    lambda name: name.strip(".")
)
files = st.dictionaries(
    st.builds(lambda folder, name: f"/{folder}/{name}", st.sampled_from(["a", "b/c"]), names),
    st.binary(max_size=9000),
    max_size=12,
)


@given(files=files)
def test_what_goes_in_comes_out(files: dict[str, bytes]) -> None:
    assert image.read(image.build(files, 64 * BLOCK_BYTES)) == files


@given(files=files)
def test_the_pieces_over_an_erased_flash_are_the_image(files: dict[str, bytes]) -> None:
    region = Region(MIB, 64 * BLOCK_BYTES)
    built = image.build(files, region.size)
    flash = bytearray(b"\xff" * (MIB + region.size))
    for offset, piece in image.pieces(built, region):
        assert offset % BLOCK_BYTES == len(piece) % BLOCK_BYTES == 0
        flash[offset : offset + len(piece)] = piece
    assert bytes(flash[MIB:]) == built


def test_too_much_is_refused_with_both_sizes() -> None:
    with pytest.raises(image.ImageFault, match="300 KiB of files do not fit a file system of 128"):
        image.build({"/x": b"x" * 300 * 1024}, 32 * BLOCK_BYTES)


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(image.ImageFault, match="no file system"):
        image.read(b"\x00" * 64 * BLOCK_BYTES)


def test_the_program_is_every_module_that_the_chip_runs_and_no_other() -> None:
    found = set(sources())
    own = {path.relative_to(ROOT).as_posix() for path in (ROOT / "firmware").rglob("*.py")}
    own |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "protocol").rglob("*.py")}
    assert found == own - set(NOT_ON_THE_CHIP)
    assert {name.replace(".", "/") + ".py" for name in CPYTHON_ONLY} <= set(NOT_ON_THE_CHIP)


@pytest.mark.micropython
def test_the_real_vfs_mounts_it_and_every_module_of_it_can_be_imported(tmp_path: Path) -> None:
    """No module is missing, and none needs a module that the chip does not have."""
    files = {**program(), **of_pendant(pendant_folder(tmp_path / "p-1"), "p-1")}
    path = tmp_path / "p-1.img"
    path.write_bytes(image.build(files, 6 * MIB))
    listed = in_micropython(str(path), "list")
    assert dict(json.loads(listed)) == {name: len(blob) for name, blob in files.items()}
    imported = in_micropython(str(path), "import").split()
    assert set(imported) >= {"firmware.app", "firmware.boards.esp32", "protocol.codec"}
    assert len(imported) == len(sources())


def in_micropython(*words: str) -> str:
    command = [need("micropython"), "-X", "heapsize=400wK", RIG, *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_pendants_folder_goes_in_as_it_is_with_a_spare_of_its_settings(tmp_path: Path) -> None:
    folder = pendant_folder(tmp_path / "p-1")
    (folder / "e-1.rec").write_bytes(b"a record of a pendant that was run here")
    found = of_pendant(folder, "p-1")
    assert set(found) == {
        *("/pendant/settings.json", "/pendant/settings.bak", "/pendant/wifi.json")
    }
    assert found["/pendant/settings.bak"] == found["/pendant/settings.json"]
    assert not any(name.endswith(chip_flash.SUFFIX) for name in found)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("settings.json", None, "`allswell pendant add NAME` writes such a folder"),
        ("settings.json", "{", "is not JSON"),
        ("settings.json", "[]", "does not say whose it is"),
        ("settings.json", '{"pendant": "p-2"}', "is p-2's, not p-1's"),
        ("settings.json", '{"pendant": "p-1", "tls": true}', "lacks ca.der, cert.der, key.der"),
        ("wifi.json", None, "would know no network"),
        ("wifi.json", "[]", "must be 1 to 8 times"),
        ("wifi.json", '[{"ssid": "site"}]', "must be 1 to 8 times"),
        ("wifi.json", '[{"ssid": "", "key": ""}]', "1 to 32 bytes"),
        ("wifi.json", '[{"ssid": "site", "key": "s3cret!"}]', "the key of 'site' must have 8"),
    ],
)
def test_what_a_pendant_cannot_start_with_is_refused_and_no_key_is_repeated(
    tmp_path: Path, name: str, content: str | None, said: str
) -> None:
    folder = pendant_folder(tmp_path / "p-1")
    (folder / name).unlink() if content is None else (folder / name).write_text(content)
    with pytest.raises(image.ImageFault) as caught:
        of_pendant(folder, "p-1")
    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value)


NOW_MS = 1_790_000_000_000


def put_keys(folder: Path, ca: Credential, own: Credential, key: Credential) -> None:
    for name, blob in (("ca", ca.cert_der), ("cert", own.cert_der), ("key", key.key_der)):
        (folder / f"{name}.der").write_bytes(blob)


def test_a_part_of_a_folder_may_go_to_a_pendant_that_runs(tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    folder.mkdir()
    (folder / "cert.der").write_bytes(b"cert")
    with pytest.raises(image.ImageFault, match="belong together"):
        part_of_pendant(folder, "p-1")
    ca = make_ca("Example Homes", NOW_MS)
    own = issue_client(ca, "p-1", NOW_MS)
    put_keys(folder, ca, own, own)
    assert set(part_of_pendant(folder, "p-1")) == {
        *("/pendant/ca.der", "/pendant/cert.der", "/pendant/key.der")
    }
    with pytest.raises(image.ImageFault, match="is not p-2's"):
        part_of_pendant(pendant_folder(tmp_path / "p-1"), "p-2")


def test_keys_that_would_silence_a_pendant_go_on_none(tmp_path: Path) -> None:
    """Another's: the broker would acknowledge every SOS and throw it away."""
    ca, other = make_ca("Example Homes", NOW_MS), make_ca("Example Homes", NOW_MS)
    own, hers = issue_client(ca, "p-1", NOW_MS), issue_client(ca, "p-2", NOW_MS)
    folder = pendant_folder(tmp_path / "p-1", tls=True)
    for trust, shown, key, said in (
        (ca, hers, hers, "is p-2's, not p-1's"),
        (ca, own, hers, "do not belong together"),
        (other, own, own, "do not belong together"),
    ):
        put_keys(folder, trust, shown, key)
        for read in (of_pendant, part_of_pendant):
            with pytest.raises(image.ImageFault, match=said):
                read(folder, "p-1")
    put_keys(folder, ca, own, own)
    assert "/pendant/key.der" in of_pendant(folder, "p-1")
    (folder / "key.der").write_bytes(own.key_der[:40])
    with pytest.raises(image.ImageFault, match="is damaged"):
        part_of_pendant(folder, "p-1")
