"""The path to the network, behind the few functions that a board needs of one.

Rule: a transport knows nothing of brokers and keeps nobody waiting but in attach(). It has

    name           what the path is: "wifi", "wire"
    attach()       a coroutine that returns when there is a path, and gives up by OSError. It may be
                   cancelled at any time and goes on, the next time, where it was
    proven()       a broker answered over the path. One that is attached again and again without
                   ever being proven leads nowhere, whatever the radio says, and is left for another
    signal_pct()   0 to 100; 0 without a path
    rest()         radio off, until the next attach()

Wi-Fi is boards/wifi.py. An LTE-M modem would be one more class: attach() opens the UART, dials and
waits for network.PPP(uart).isconnected(), signal_pct() is its AT+CSQ, rest() its power key.
"""


class Wire:
    """The simulated pendant's: always attached, unless the simulator holds it."""

    name = "wire"

    def __init__(self, strength_pct: int) -> None:
        self.held = False
        self.strength_pct = strength_pct

    async def attach(self) -> None:
        if self.held:
            raise OSError("the simulator holds the link")

    def proven(self) -> None:
        """It always leads to this machine."""

    def signal_pct(self) -> int:
        return self.strength_pct

    def rest(self) -> None:
        self.held = True
