"""A publication from the moment it is taken to its PUBACK, over any number of connections."""


class Message:
    """One publication on its way; `tried` outlives a connection, `sent_ms` (or -1) does not."""

    def __init__(self, topic: str, payload: bytes, qos: int, urgent: bool) -> None:
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.urgent = urgent
        self.packet_id = 0
        self.tried = False
        self.sent_ms = -1
