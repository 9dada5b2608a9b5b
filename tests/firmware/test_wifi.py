"""Several Wi-Fi networks: the best first, the next when it fails, and away from a dead one."""

import asyncio
import importlib
import sys
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from tests.firmware import fake_radio
from tests.firmware.fake_radio import Air, Wlan

SITE, PHONE = ("site", "site-key-1"), ("phone", "phone-key")
LIMIT_S = 20


def ticks_ms() -> int:
    return time.monotonic_ns() // 1_000_000 % (1 << 30)


@pytest.fixture
def wifi(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """firmware.boards.wifi over a radio as strict as the driver, only quicker."""
    network = ModuleType("network")
    vars(network).update(WLAN=Wlan, STAT_CONNECTING=fake_radio.STAT_CONNECTING)
    monkeypatch.setitem(sys.modules, "network", network)
    monkeypatch.setattr(Wlan, "air", Air())
    monkeypatch.setattr(Wlan, "log", [])
    monkeypatch.delitem(sys.modules, "firmware.boards.wifi", raising=False)
    module = importlib.import_module("firmware.boards.wifi")
    monkeypatch.setattr(module, "LOOK_MS", 2)
    monkeypatch.setattr(module, "TRY_MS", 200)
    monkeypatch.setattr(module, "REFUSALS_LIMIT", 20)
    yield module
    sys.modules.pop("firmware.boards.wifi", None)


async def attach(path: Any) -> None:
    await asyncio.wait_for(path.attach(), LIMIT_S)


async def test_the_one_known_network_is_joined_without_a_scan(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-60, "site-key-1")}
    path = wifi.Wifi([SITE], ticks_ms)
    assert path.signal_pct() == 0
    await attach(path)
    assert Wlan.log == ["on", "connect site"]
    assert path.signal_pct() == 87
    await attach(path)
    assert Wlan.log == ["on", "connect site"], "it is attached already"


async def test_among_networks_heard_well_preference_decides(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-66, "site-key-1"), "phone": (-40, "phone-key")}
    await attach(wifi.Wifi([SITE, PHONE], ticks_ms))
    assert Wlan.log == ["on", "scan", "connect site"]


async def test_a_weak_first_gives_way_to_a_strong_second(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-88, "site-key-1"), "phone": (-40, "phone-key")}
    await attach(wifi.Wifi([SITE, PHONE], ticks_ms))
    assert Wlan.log == ["on", "scan", "connect phone"]


async def test_a_network_that_fails_gives_way_to_the_next(wifi: Any) -> None:
    """A changed key, told by the driver only because its own reconnecting is off."""
    Wlan.air.networks = {"site": (-50, "another-key"), "phone": (-60, "phone-key")}
    await attach(wifi.Wifi([SITE, PHONE], ticks_ms))
    assert Wlan.log == ["on", "scan", "connect site", "connect phone"]


async def test_one_that_never_says_no_is_given_up_in_time(
    wifi: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Wlan.air.networks = {"site": (-50, "site-key-1"), "phone": (-60, "phone-key")}
    settle = Wlan._settle

    def stuck(self: Wlan) -> None:
        if self._wanted is None or self._wanted[0] != "site":
            settle(self)

    monkeypatch.setattr(Wlan, "_settle", stuck)
    await attach(wifi.Wifi([SITE, PHONE], ticks_ms))
    assert Wlan.log[-2:] == ["disconnect", "connect phone"]


async def test_a_hidden_network_is_tried_too(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-60, "site-key-1")}
    Wlan.air.hidden = {"site"}
    await attach(wifi.Wifi([PHONE, SITE], ticks_ms))
    assert Wlan.log[-1] == "connect site"


async def test_after_a_boot_the_last_network_is_tried_at_once(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-50, "site-key-1"), "phone": (-80, "phone-key")}
    path = wifi.Wifi([SITE, PHONE], ticks_ms, "phone")
    await attach(path)
    assert Wlan.log == ["on", "connect phone"]
    assert path.at == "phone"
    Wlan.latest.lose()
    await attach(path)
    assert Wlan.log == ["on", "connect phone", "scan", "connect site"], "once a boot"
    assert path.at == "site"


async def test_a_last_network_that_is_gone_costs_one_attempt(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-50, "site-key-1")}
    await attach(wifi.Wifi([SITE, PHONE], ticks_ms, "phone"))
    assert Wlan.log == ["on", "connect phone", "scan", "connect site"]


async def test_a_last_network_that_is_known_no_more_is_not_tried(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-50, "site-key-1"), "old": (-40, "old-key-1")}
    await attach(wifi.Wifi([SITE, PHONE], ticks_ms, "old"))
    assert Wlan.log == ["on", "scan", "connect site"]


async def test_nothing_in_reach_is_said_and_looked_for_again(wifi: Any) -> None:
    path = wifi.Wifi([SITE, PHONE], ticks_ms)
    for _ in range(2):
        with pytest.raises(OSError, match="in reach"):
            await attach(path)
    Wlan.air.networks = {"phone": (-60, "phone-key")}
    await attach(path)
    assert Wlan.log.count("scan") == 3


async def test_no_known_network_is_said(wifi: Any) -> None:
    with pytest.raises(OSError, match="no Wi-Fi network is known"):
        await attach(wifi.Wifi([], ticks_ms))


async def test_attempts_that_are_cut_short_go_on(wifi: Any) -> None:
    """The client gives a connection five seconds; a scan and a join may take longer."""
    Wlan.air.networks = {"site": (-50, "another-key"), "phone": (-60, "phone-key")}
    path = wifi.Wifi([SITE, PHONE], ticks_ms)
    for _ in range(200):
        try:
            await asyncio.wait_for(path.attach(), 0.006)
            break
        except TimeoutError:
            await asyncio.sleep(0.003)
    assert Wlan.log == ["on", "scan", "connect site", "connect phone"]


async def test_a_lost_network_is_joined_again(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-50, "site-key-1"), "phone": (-60, "phone-key")}
    path = wifi.Wifi([SITE, PHONE], ticks_ms)
    await attach(path)
    path.proven()
    del Wlan.air.networks["site"]
    Wlan.latest.lose()
    assert path.signal_pct() == 0
    await attach(path)
    assert Wlan.log == ["on", "scan", "connect site", "scan", "connect phone"]
    assert path.signal_pct() == 87


async def test_a_network_that_leads_nowhere_is_left_for_another(wifi: Any) -> None:
    """Associated, an address, a fine signal, and no broker ever answers."""
    Wlan.air.networks = {"site": (-50, "site-key-1"), "phone": (-60, "phone-key")}
    path = wifi.Wifi([SITE, PHONE], ticks_ms)
    for _ in range(wifi.UNPROVEN_LIMIT):
        await attach(path)
    assert Wlan.log == ["on", "scan", "connect site"]
    await attach(path)
    assert Wlan.log[3:] == ["disconnect", "scan", "connect phone"]
    path.proven()
    for _ in range(3 * wifi.UNPROVEN_LIMIT):
        await attach(path)
        path.proven()
    assert len(Wlan.log) == 6, "a path that is proven is kept"


async def test_a_stale_association_is_made_anew_though_no_other_is_known(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-50, "site-key-1")}
    path = wifi.Wifi([SITE], ticks_ms)
    for _ in range(wifi.UNPROVEN_LIMIT + 1):
        await attach(path)
    assert Wlan.log == ["on", "connect site", "disconnect", "connect site"]
    for _ in range(wifi.UNPROVEN_LIMIT - 1):
        await attach(path)
    assert len(Wlan.log) == 4, "as long as before"


async def test_a_network_that_led_nowhere_is_preferred_again_after_another_was_proven(
    wifi: Any,
) -> None:
    Wlan.air.networks = {"site": (-50, "site-key-1"), "phone": (-60, "phone-key")}
    path = wifi.Wifi([SITE, PHONE], ticks_ms)
    for _ in range(wifi.UNPROVEN_LIMIT + 1):
        await attach(path)
    path.proven()
    Wlan.latest.lose()
    await attach(path)
    assert Wlan.log[-3:] == ["connect phone", "scan", "connect site"]


async def test_a_radio_that_rested_in_the_middle_of_it_begins_anew(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-50, "site-key-1"), "phone": (-60, "phone-key")}
    path = wifi.Wifi([SITE, PHONE], ticks_ms)
    for last in ("scan", "connect site"):
        attaching = asyncio.create_task(path.attach())
        async with asyncio.timeout(LIMIT_S):
            while Wlan.log[-1:] != [last]:  # noqa: ASYNC110 - a list, no event of its own
                await asyncio.sleep(0)
        attaching.cancel()
        path.rest()
        Wlan.log.clear()
    Wlan.air.networks["site"] = (-90, "site-key-1")
    await attach(path)
    assert Wlan.log == ["on", "scan", "connect phone"]


async def test_the_radio_rests_and_comes_back(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-50, "site-key-1")}
    path = wifi.Wifi([SITE], ticks_ms)
    await attach(path)
    path.rest()
    assert path.signal_pct() == 0
    await attach(path)
    assert Wlan.log == ["on", "connect site", "off", "on", "connect site"]


async def test_the_event_loop_turns_while_it_scans(wifi: Any) -> None:
    Wlan.air.networks = {"site": (-50, "site-key-1"), "phone": (-60, "phone-key")}
    attaching = asyncio.create_task(attach(wifi.Wifi([SITE, PHONE], ticks_ms)))
    turns = 0
    while not attaching.done():
        turns += 1
        await asyncio.sleep(0.001)
    assert turns > 20


async def test_a_scan_that_never_ends_costs_the_order_only(
    wifi: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wifi, "SCAN_LIMIT_MS", 30)
    monkeypatch.setattr(wifi._thread, "start_new_thread", lambda run, args: 0)
    Wlan.air.networks = {"phone": (-40, "phone-key")}
    await attach(wifi.Wifi([SITE, PHONE], ticks_ms))
    assert Wlan.log == ["on", "connect site", "connect phone"]


async def test_without_memory_for_a_thread_preference_decides(
    wifi: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(run: object, args: object) -> None:
        raise OSError("can't create thread")

    monkeypatch.setattr(wifi._thread, "start_new_thread", refuse)
    Wlan.air.networks = {"site": (-80, "site-key-1"), "phone": (-40, "phone-key")}
    await attach(wifi.Wifi([SITE, PHONE], ticks_ms))
    assert Wlan.log == ["on", "connect site"]


async def test_a_driver_that_is_stuck_is_started_anew(
    wifi: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Wlan, ssid: str, key: str) -> None:
        raise OSError("Wifi Internal Error")

    Wlan.air.networks = {"site": (-50, "site-key-1")}
    path = wifi.Wifi([SITE], ticks_ms)
    with monkeypatch.context() as stuck:
        stuck.setattr(Wlan, "connect", refuse)
        with pytest.raises(OSError, match="Internal"):
            await attach(path)
    await attach(path)
    assert Wlan.log == ["on", "off", "on", "connect site"]
