"""The chip's board over fakes of the chip's modules, for whoever tests it."""

import importlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.firmware import fake_chip, fake_radio

MADE_FOR_THE_CHIP = tuple(f"firmware.boards.{name}" for name in ("esp32", "pads", "wifi"))


@pytest.fixture
def chip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """firmware.boards.esp32, imported over the fakes, its flash in a folder of the test."""
    for name, module in fake_chip.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(time, "ticks_ms", fake_chip._ticks_ms, raising=False)
    for name in MADE_FOR_THE_CHIP:
        monkeypatch.delitem(sys.modules, name, raising=False)
    for keeper, name, value in (
        (fake_chip.Pin, "levels", {}),
        (fake_chip.Pin, "pads", {}),
        (fake_chip.Pin, "handlers", {}),
        (fake_chip.Cpu, "hz", 160_000_000),
        (fake_chip.Nvs, "committed", {}),
        (fake_chip.Nvs, "commits", 0),
        (fake_chip.Rtc, "held", b""),
        (fake_chip.Watchdog, "fed", 0),
        (fake_radio.Wlan, "air", fake_radio.Air()),
        (fake_radio.Wlan, "log", []),
        (fake_chip.Adc, "microvolts", 2_000_000),
        (fake_chip.Sleep, "cause", 3),
        (fake_chip.Sleep, "woken", ()),
        (fake_chip.Sleep, "wakers", ()),
        (fake_chip.Rtc, "now", (2000, 1, 1, 5, 0, 0, 0, 0)),
    ):
        monkeypatch.setattr(keeper, name, value)
    with monkeypatch.context() as importing:
        importing.setattr(time, "gmtime", fake_chip.gmtime)
        module = importlib.import_module("firmware.boards.esp32")
    monkeypatch.setattr(module, "FOLDER", str(tmp_path))
    monkeypatch.setattr(module.os, "mkdir", lambda path: None)
    (tmp_path / "wifi.json").write_text(json.dumps([{"ssid": "phone", "key": "phone-key"}]))
    fake_radio.Wlan.air.networks = {"phone": (-75, "phone-key")}
    yield module
    for name in MADE_FOR_THE_CHIP:
        sys.modules.pop(name, None)
