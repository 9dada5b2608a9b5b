"""The chip's power: deep sleep and what ends it, the clock that survives neither, the processor."""

import asyncio
from typing import Any

import pytest

from tests.firmware import fake_chip


def test_deep_sleep_ends_by_any_button_or_in_time(chip: Any) -> None:
    board = chip.Board([])
    assert board.woken_by() == ()
    board.show(100, "red")
    with pytest.raises(fake_chip.AsleepError) as asleep:
        board.sleep(3_600_000)
    assert (asleep.value.max_ms, asleep.value.wakers) == (3_600_000, (4, 5, 6))
    assert fake_chip.NeoPixel.shown == (0, 0, 0)
    woken = chip.Board([])  # its pads are held as they were
    woken.show(100, "red")
    assert fake_chip.Pwm.latest.duty == 65535
    assert not woken.edges


@pytest.mark.parametrize(
    ("pins", "buttons"), [((), ()), ((6,), ("s",)), ((4, 5), ("a", "d")), ((9,), ())]
)
def test_buttons_that_ended_a_sleep_are_told(
    chip: Any, monkeypatch: pytest.MonkeyPatch, pins: tuple[int, ...], buttons: tuple[str, ...]
) -> None:
    monkeypatch.setattr(fake_chip.Sleep, "woken", pins)
    assert chip.Board([]).woken_by() == (), "a reset by the watchdog is no press"
    monkeypatch.setattr(fake_chip.Sleep, "cause", 4)
    board = chip.Board([])
    assert board.woken_by() == buttons
    # Up by now or not, their coming up is told: else a tap of SOS would be taken for a hold.
    told_of = [button.look(was_away=False) for button in board._buttons if button.down]
    assert told_of == [[False]] * len(buttons)


def test_clock_is_set_to_the_second(chip: Any) -> None:
    chip.Board([]).set_clock(1_795_345_678_901)
    assert fake_chip.Rtc.now == (2026, 11, 22, 6, 11, 7, 58, 0)


def test_the_processor_runs_as_slowly_as_wifi_allows_but_for_a_handshake(
    chip: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def opened(host: str, port: int, tls: object) -> tuple[None, None]:
        return None, None

    monkeypatch.setattr(chip, "open_stream", opened)
    board = chip.Board([])
    hertz = [fake_chip.Cpu.hz]
    for tls in (None, object()):
        asyncio.run(board.open_stream("127.0.0.1", 1, tls))
        hertz.append(fake_chip.Cpu.hz)
    board.proven()
    assert [each // 1_000_000 for each in (*hertz, fake_chip.Cpu.hz)] == [80, 80, 240, 80]
