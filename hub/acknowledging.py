"""In which order one session's messages are acknowledged to the broker. Nothing but the order.

Rules: a message is acknowledged only once it is committed, in order of receipt (MQTT 3.1.1 section
4.6), and on the connection it came by: packet ids begin anew with each connection, so that an older
one's acknowledgement would confirm another message. No socket, clock or lock in here: the hub's
link and the storm run the same order.
"""


class Acknowledging:
    """`connection` is the number of the present one, to be kept with each message."""

    def __init__(self) -> None:
        self.connection = 0
        self._committed: dict[int, bool] = {}  # packet id -> committed, in order of receipt

    def __len__(self) -> int:
        """How many wait to be committed, or for one before them."""
        return len(self._committed)

    def begin(self) -> int:
        """A connection came up or went down: what the last one owed means nothing any more, the
        broker sends it again. The number of the new one."""
        self.connection += 1
        self._committed.clear()
        return self.connection

    def received(self, mid: int, qos: int) -> int:
        """The connection it came by. At QoS 0 nothing is owed."""
        if qos:
            self._committed[mid] = False
        return self.connection

    def committed(self, connection: int, mid: int, qos: int) -> list[int]:
        """The packet ids to acknowledge now, in this order."""
        if not qos or connection != self.connection or mid not in self._committed:
            return []
        self._committed[mid] = True
        ready: list[int] = []
        for first, is_committed in self._committed.items():
            if not is_committed:
                break
            ready.append(first)
        for each in ready:
            del self._committed[each]
        return ready
