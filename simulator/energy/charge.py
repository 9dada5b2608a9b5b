"""From what a pendant did to what it drew: the model itself, one line an item.

Rule: each item is a count of the day times inputs by name; nothing is fitted, nothing is hidden in
a factor. Milliampere hours throughout; a regulator passes the same current in as out.
"""

from dataclasses import dataclass

from simulator.energy.inputs import Numbers
from simulator.energy.meter import Use

HOUR_S = 3600.0
MA_OF_UA = 0.001
PING_BYTES = 2  # MQTT 3.1.1 sections 3.12 and 3.13


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    mah: float
    said: str


@dataclass(frozen=True, slots=True)
class Bill:
    """`days`: of such days that a full cell lasts."""

    items: tuple[Item, ...]
    mah: float
    days: float
    out_h: float
    awake_h: float


def bill_of(use: Use, n: Numbers) -> Bill:
    items = (*_connected(use, n), *_radio(use, n), *_wakes(use, n), *_felt(use, n), _asleep(use, n))
    mah = sum(item.mah for item in items)
    usable_mah = n["battery_mah"] * n["usable_pct"] / 100
    return Bill(
        items, mah, usable_mah / mah, use.out_ms / 1000 / HOUR_S, use.awake_ms / 1000 / HOUR_S
    )


def _mah(ma: float, seconds: float) -> float:
    return ma * seconds / HOUR_S


def _connected(use: Use, n: Numbers) -> tuple[Item, ...]:
    searching_s = use.searching_ms / 1000
    connected_s = use.awake_ms / 1000 - searching_s
    busy_s = connected_s * n["loop_busy_pct"] / 100
    busy_s += (use.sent + use.heard) * n["message_busy_ms"] / 1000
    busy_ma = max(0.0, n["cpu_busy_ma"] - n["cpu_idle_ma"])
    return (
        Item("core waiting", _mah(n["cpu_idle_ma"], connected_s), _hours(connected_s)),
        Item("association kept", _mah(n["listening_ma"], connected_s), _hours(connected_s)),
        Item("core working", _mah(busy_ma, busy_s), _hours(busy_s)),
        Item("searching", _mah(n["search_ma"], searching_s), _hours(searching_s)),
    )  # fmt: skip


def _radio(use: Use, n: Numbers) -> tuple[Item, ...]:
    around = n["packet_bytes"]
    kbits_up = (use.sent_bytes + use.sent * around + use.pings * (PING_BYTES + around)) * 8 / 1000
    kbits_down = (use.heard_bytes + (use.heard + use.pings) * around) * 8 / 1000
    sending_s, hearing_s = kbits_up / n["air_kbps"], kbits_down / n["air_kbps"]
    lingering_s = use.bursts * n["radio_awake_ms"] / 1000
    return (
        Item("sending", _mah(n["tx_ma"], sending_s), f"{use.sent} messages, {use.pings} pings"),
        Item("receiving", _mah(n["rx_ma"], hearing_s), f"{use.heard} messages"),
        Item("radio lingering", _mah(n["rx_ma"], lingering_s), f"{use.bursts} times"),
    )


def _wakes(use: Use, n: Numbers) -> tuple[Item, ...]:
    def mah_of(mc: float) -> float:
        return mc / HOUR_S  # a millicoulomb is a milliampere second

    return (
        Item("starts", mah_of(use.wakes * n["boot_mc"]), f"{use.wakes} times"),
        Item("Wi-Fi joined", mah_of(use.connects * n["join_mc"]), f"{use.connects} times"),
        Item("TLS handshakes", mah_of(use.connects * n["handshake_mc"]), f"{use.connects} times"),
        Item("flash", mah_of(use.writes * n["write_mc"]), f"{use.writes} records"),
    )


def _felt(use: Use, n: Numbers) -> tuple[Item, ...]:
    motor_s, led_s = use.motor_ms / 1000, use.led_ms / 1000
    return (
        Item("vibration", _mah(n["motor_ma"], motor_s), f"{use.felt} patterns"),
        Item("LED", _mah(n["led_ma"], led_s), f"{led_s:.0f} s"),
    )


def _asleep(use: Use, n: Numbers) -> Item:
    ma = (n["chip_asleep_ua"] + n["board_asleep_ua"]) * MA_OF_UA
    return Item("deep sleep", _mah(ma, use.asleep_ms / 1000), _hours(use.asleep_ms / 1000))


def _hours(seconds: float) -> str:
    return f"{seconds / HOUR_S:.2f} h"
