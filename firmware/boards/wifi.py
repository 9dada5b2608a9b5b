"""Wi-Fi as a transport (firmware/transport.py): several known networks, one at a time.

Rules: the event loop never waits for the radio. WLAN.scan() blocks for some 2 s (13 channels of
120 ms, ESP-IDF esp_wifi.h), so it runs in a thread of its own: the port gives the GIL away in it
(ports/esp32/network_wlan.c), and only when there is a choice. connect() does not block. The
driver's own reconnecting is off: with it a wrong key looks like CONNECTING for ever
(network_wlan.c, network_wlan_status). Scanning while it connects is refused (ESP_ERR_WIFI_STATE).
"""

import _thread

import network

from firmware.boards.networks import in_order
from firmware.waits import pause_ms

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable
    from typing import Any

    from firmware.boards.networks import Network

LOOK_MS = 100
SCAN_LIMIT_MS = 10000  # a thread that never comes back must not cost her the networks
TRY_MS = 12000  # one association: the driver looks through all channels, joins, asks for an address
REFUSALS_LIMIT = 100  # looks at which the driver was not ready to connect
UNPROVEN_LIMIT = 4  # attempts in a row without a broker: two at each of two brokers
TICKS_MASK = (1 << 30) - 1
SIGNAL_NONE_DBM, SIGNAL_FULL_DBM = -95, -55


class Scan:
    """One scan, in a thread; `heard` is None until it is over."""

    def __init__(self, wlan: "network.WLAN", at_ms: int) -> None:
        self.at_ms = at_ms
        self.heard: list[tuple[bytes, int]] | None = None
        self._wlan = wlan
        try:
            _thread.start_new_thread(self._run, ())
        except OSError:  # no memory for a thread: then in the order of preference
            self.heard = []

    def _run(self) -> None:
        try:
            heard = [(found[0], found[3]) for found in self._wlan.scan()]
        except OSError:
            heard = []
        self.heard = heard


class Wifi:
    name = "wifi"

    def __init__(
        self, known: "list[Network]", ticks_ms: "Callable[[], int]", last: str = ""
    ) -> None:
        """`last`: where a broker answered before this boot; tried first, and without a scan, since
        an SOS that wakes the chip should not wait for one."""
        self.at = ""  # the SSID of the network that it is on, or was on last
        self._known = known
        self._again = [each for each in known if each[0] == last] if len(known) > 1 else []
        self._ticks_ms = ticks_ms
        self._wlan = network.WLAN(network.WLAN.IF_STA)
        self._scan: Scan | None = None
        self._round: list[Network] | None = None  # yet to be tried; None: no round has begun
        self._trying = ""  # an SSID
        self._tried_ms = self._refusals = 0
        self._avoid = ""
        self._unproven = 0

    async def attach(self) -> None:
        """One round over the known networks; what a round has begun goes on in the next call."""
        if not self._known:
            raise OSError("no Wi-Fi network is known")
        if not self._wlan.active():
            self._wlan.active(True)
            self._wlan.config(reconnects=0)
        self._leave_if_unproven()
        while not self._wlan.isconnected():
            self._step()
            await pause_ms(LOOK_MS)
        if self._trying:
            self.at, self._trying = self._trying, ""
        self._round = None
        self._unproven += 1

    def proven(self) -> None:
        self._unproven = 0
        self._avoid = ""

    def signal_pct(self) -> int:
        """RSSI of the access point: -55 dBm and more is 100."""
        if not self._wlan.isconnected():
            return 0
        try:
            dbm: Any = self._wlan.status("rssi")
        except OSError:  # it went in this moment
            return 0
        above = 100 * (int(dbm) - SIGNAL_NONE_DBM) // (SIGNAL_FULL_DBM - SIGNAL_NONE_DBM)
        return max(0, min(100, above))

    def rest(self) -> None:
        self._wlan.active(False)
        self._round = self._scan = None
        self._trying = ""
        self._refusals = 0

    def _leave_if_unproven(self) -> None:
        """Associated, with an address, and still nobody there: an access point that has lost its
        own line, or one that has forgotten us."""
        if self._unproven >= UNPROVEN_LIMIT and self._wlan.isconnected():
            self._unproven = 0
            self._avoid = self.at
            self._wlan.disconnect()

    def _step(self) -> None:
        """The next thing to do, one at each look: the driver needs its time after each."""
        if self._trying:
            self._look_after_try()
        elif self._scan is not None:
            self._take_scan()
        elif self._again:
            self._try(self._again[0])
        elif self._round is None:
            self._begin_round()
        elif not self._round:
            self._round = None
            raise OSError("no known Wi-Fi network is in reach")
        else:
            self._try(self._round[0])

    def _try(self, known: "Network") -> None:
        try:
            self._wlan.connect(known[0], known[1])
        except OSError:  # the driver is still leaving another: the next look asks again
            self._refusals += 1
            if self._refusals > REFUSALS_LIMIT:
                self.rest()  # it is stuck: the next attempt starts the radio anew
                raise
            return
        self._refusals = 0
        self._trying = known[0]
        self._tried_ms = self._ticks_ms()
        if self._again:
            self._again = []
        else:
            self._round = self._round[1:] if self._round else []

    def _look_after_try(self) -> None:
        if self._wlan.status() != network.STAT_CONNECTING:
            self._trying = ""  # refused, not found, a wrong key
        elif self._passed_ms(self._tried_ms) > TRY_MS:
            self._trying = ""
            self._wlan.disconnect()

    def _begin_round(self) -> None:
        if len(self._known) == 1:
            self._round = list(self._known)
        else:
            self._scan = Scan(self._wlan, self._ticks_ms())

    def _take_scan(self) -> None:
        scan = self._scan
        if scan is None:
            return
        heard = scan.heard
        if heard is None and self._passed_ms(scan.at_ms) < SCAN_LIMIT_MS:
            return
        self._scan = None
        self._round = in_order(self._known, heard or [], self._avoid)

    def _passed_ms(self, since_ms: int) -> int:
        return self._ticks_ms() - since_ms & TICKS_MASK
