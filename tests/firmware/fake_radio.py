"""The ESP32's station interface for tests of boards/wifi.py: no kinder than the driver.

It refuses by OSError what esp_wifi.h says is refused (connecting or scanning while it connects or
scans, anything before it is active), does everything later than it is asked, lets nobody scan in
the event loop's thread, and by its own reconnecting hides why a connection fails.
"""

import threading
import time

STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 1000, 1001, 1010
NO_AP_FOUND, WRONG_PASSWORD, BEACON_TIMEOUT, ASSOC_LEAVE = 201, 202, 200, 8
CONNECT_S, SCAN_S, LEAVE_S = 0.02, 0.03, 0.005


class Air:
    """What is to be heard: SSID -> (dBm, key). A hidden one is heard without its name."""

    def __init__(self) -> None:
        self.networks: dict[str, tuple[int, str]] = {}
        self.hidden: set[str] = set()

    def beacons(self) -> list[tuple[bytes, int]]:
        return [
            (b"" if ssid in self.hidden else ssid.encode(), dbm)
            for ssid, (dbm, _key) in self.networks.items()
        ]


class Wlan:
    IF_STA = 0
    air = Air()
    log: list[str] = []  # noqa: RUF012 - the one chip's radio
    latest: "Wlan"

    def __init__(self, interface: int) -> None:
        assert interface == self.IF_STA
        type(self).latest = self
        self.is_on = False
        self._loop_thread = threading.get_ident()
        self._reconnects = -1
        self._wanted: tuple[str, str] | None = None
        self._reason = 0
        self._ready_s = 0.0
        self._at = ""
        self._scanning = False

    def active(self, up: bool | None = None) -> bool:
        if up is not None and up != self.is_on:
            self.is_on = up
            self.log.append("on" if up else "off")
            self._wanted, self._at, self._reason = None, "", 0
        return self.is_on

    def config(self, **options: int) -> None:
        (self._reconnects,) = options.values()
        assert list(options) == ["reconnects"]

    def connect(self, ssid: str, key: str) -> None:
        self._must_be_on()
        self._settle()
        if self._wanted or self._at or self._scanning or time.monotonic() < self._ready_s:
            raise OSError("Wifi Internal State Error")
        self.log.append("connect " + ssid)
        self._wanted = (ssid, key)
        self._ready_s = time.monotonic() + CONNECT_S

    def disconnect(self) -> None:
        self._must_be_on()
        self.log.append("disconnect")
        if self._at or self._wanted:
            self._reason = ASSOC_LEAVE
        self._wanted, self._at = None, ""
        self._ready_s = time.monotonic() + LEAVE_S

    def scan(self) -> list[tuple[bytes, bytes, int, int, int, bool]]:
        assert threading.get_ident() != self._loop_thread, "the event loop would stand still"
        self._must_be_on()
        self._settle()
        if self._wanted:
            raise OSError("Wifi Internal State Error")
        self.log.append("scan")
        self._scanning = True
        threading.Event().wait(SCAN_S)  # the radio is busy, and the thread with it
        self._scanning = False
        return [(ssid, b"\0" * 6, 1, dbm, 3, False) for ssid, dbm in self.air.beacons()]

    def isconnected(self) -> bool:
        self._settle()
        return bool(self._at)

    def status(self, what: str = "") -> int:
        self._settle()
        if what == "rssi":
            if not self._at:
                raise OSError("Wifi Not Connected")
            return self.air.networks[self._at][0]
        if self._at:
            return STAT_GOT_IP
        if self._wanted:
            return STAT_CONNECTING
        return self._reason or STAT_IDLE

    def lose(self) -> None:
        """The access point is out of reach, or off: noticed by the driver."""
        self._at, self._wanted, self._reason = "", None, BEACON_TIMEOUT

    def _must_be_on(self) -> None:
        if not self.is_on:
            raise OSError("Wifi Not Started")

    def _settle(self) -> None:
        """What has come about since."""
        if self._wanted is None or time.monotonic() < self._ready_s:
            return
        ssid, key = self._wanted
        found = self.air.networks.get(ssid)
        if found is not None and found[1] == key:
            self._at, self._wanted = ssid, None
            return
        self._reason = NO_AP_FOUND if found is None else WRONG_PASSWORD
        if self._reconnects == 0:
            self._wanted = None  # else it goes on in vain, and says CONNECTING
