"""What a simulated pendant runs is what the chip has: compiled, and all of it."""

import subprocess

import pytest

from hub.devices.image_files import compiled, sources
from simulator.live import firmware
from tests.conftest import need


def test_the_modules_are_those_of_the_image_byte_for_byte() -> None:
    folder = firmware.compiled_firmware()
    found = sources()
    for name in found:
        made = (folder / name.removesuffix(".py")).with_suffix(".mpy")
        assert made.is_file(), name
    name = "firmware/pendant/device.py"
    made = folder / "firmware/pendant/device.mpy"
    assert made.read_bytes() == compiled(name, found[name])


def test_it_is_made_once_for_each_state_of_the_sources() -> None:
    first = firmware.compiled_firmware()
    stamp = first.stat().st_mtime_ns
    assert firmware.compiled_firmware() == first
    assert first.stat().st_mtime_ns == stamp


@pytest.mark.micropython
def test_nothing_is_compiled_in_the_pendants_process() -> None:
    micropython = need("micropython")
    folder = str(firmware.compiled_firmware())
    said = f"import sys; sys.path.insert(0, {folder!r}); from firmware.app import App; print(App)"
    done = subprocess.run(
        [micropython, "-X", firmware.HEAP, "-c", said], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not list(firmware.compiled_firmware().rglob("firmware/*.py"))
    assert "class 'App'" in done.stdout
