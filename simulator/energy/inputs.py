"""The numbers that the energy model multiplies by, each with its name, its unit and its source.

Rule: a number is a published one, with where to find it, or it says ASSUMED and why so much; none
was measured on a pendant of ours. Whoever has a board and a meter replaces them by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DATASHEET = "ESP32-S3 datasheet"
IDF = "ESP-IDF guide, Low Power Mode in Wi-Fi Scenarios, ESP32-S3"
WAKES = "glenn20/upy-esp32-experiments, ESP32 in MicroPython, measured"


@dataclass(frozen=True, slots=True)
class Input:
    name: str
    value: float
    unit: str
    means: str
    source: str


INPUTS = (
    Input("battery_mah", 1000, "mAh", "the cell, as its label says", "the aim is stated for it"),
    Input("usable_pct", 90, "%", "of it, until the pendant counts it as empty",
          "ASSUMED: empty at 3.3 V, and a cell that is not new"),
    Input("cpu_idle_ma", 22.0, "mA", "both cores waiting at 80 MHz, radio clock off",
          f"{DATASHEET}, table 5-9 (13.2 at 40, 27.6 at 160, 32.9 at 240 MHz)"),
    Input("cpu_busy_ma", 28.4, "mA", "one core working at 80 MHz",
          f"{DATASHEET}, table 5-9 (51.2 at 240 MHz)"),
    Input("listening_ma", 7.5, "mA", "keeping the association: a beacon at each DTIM",
          f"{IDF}: 20.7 mA throttled to 40 MHz, DTIM 1, less 13.2 mA for the waiting core"),
    Input("loop_busy_pct", 20, "%", "of the time that the core works although nothing happens",
          "ASSUMED: buttons are looked at every 8 ms, 1.6 ms each"),
    Input("message_busy_ms", 60, "ms", "of work for a message: written, signed or verified",
          "ASSUMED: 17 µs on a desktop core, HMAC in interpreted code on the chip"),
    Input("rx_ma", 88, "mA", "radio receiving", f"{DATASHEET}, table 5-7, HT20"),
    Input("tx_ma", 340, "mA", "radio sending",
          f"{DATASHEET}, table 5-7, 802.11b at 21 dBm: the dearest row"),
    Input("radio_awake_ms", 50, "ms", "the radio stays on after each packet",
          "ESP-IDF, CONFIG_ESP_WIFI_SLP_DEFAULT_MIN_ACTIVE_TIME"),
    Input("air_kbps", 1000, "kbit/s", "speed in the air",
          "ASSUMED: the slowest, far from the router"),
    Input("packet_bytes", 165, "bytes", "around each message: headers 125, an ACK 40",
          "TLS 29, TCP/IP 40, Wi-Fi 56: RFC 8446 section 5.2, RFC 9293, IEEE 802.11"),
    Input("boot_mc", 65, "mC", "from waking to listening, without radio",
          f"{WAKES}: 3.3 to _boot.py, 23.6 for the file system; ASSUMED: a second for our modules"),
    Input("join_mc", 204, "mC", "Wi-Fi joined, with DHCP", f"{WAKES}: 1.6 s"),
    Input("handshake_mc", 95, "mC", "mutual TLS 1.2, P-256",
          "ASSUMED: 2 s of work at 80 MHz with the radio listening, 0.3 s of it receiving"),
    Input("search_ma", 110, "mA", "awake and not connected: searching", "rx_ma + cpu_idle_ma"),
    Input("motor_ma", 85, "mA", "vibration motor at full strength",
          "Z3OC1T8219731 as M5Stack lists it, rated 85 mA at 3 V"),
    Input("led_ma", 12, "mA", "the LED in one colour as our board sets it",
          "ASSUMED: WS2812, 20 mA a colour at 255; ours is at 60 to 120 in all"),
    Input("write_mc", 2.5, "mC", "a record written or erased",
          f"{DATASHEET}, table 5-11: 70 ms for a sector's erasure; ASSUMED: 25 mA while it lasts"),
    Input("chip_asleep_ua", 8, "µA", "deep sleep, a button can wake it",
          f"{DATASHEET}, table 5-10, RTC peripherals powered up"),
    Input("board_asleep_ua", 50, "µA", "everything else while asleep",
          "ASSUMED: low-drop regulator, divider of 2 MΩ, LED and motor without supply"),
)  # fmt: skip

Numbers = dict[str, float]


class UnknownInput(Exception):
    """There is no input of that name."""


def numbers(changed: Mapping[str, float] | None = None) -> Numbers:
    """All of them, some replaced. Raises UnknownInput."""
    found = {each.name: each.value for each in INPUTS}
    for name, value in (changed or {}).items():
        if name not in found:
            raise UnknownInput(f"no input is called {name!r}; there are {', '.join(found)}")
        if value < 0:
            raise UnknownInput(f"{name} must not be negative")
        found[name] = value
    return found
