"""The floor: a paho-mqtt subscriber, QoS 1, that does nothing with what it gets.

Run as a process of its own: `python -m simulator.bench.floor PORT USER PASSWORD COUNT`. It drains
COUNT messages that wait in its session and prints the seconds from the first to the last.
"""

import sys
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

_PATIENCE_S = 300.0


class Drain:
    """Counts messages and remembers when the first and the last of them came."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.first = 0.0
        self.last = 0.0
        self.done = threading.Event()

    def message(self, _client: mqtt.Client, _data: object, _message: mqtt.MQTTMessage) -> None:
        if not self.first:
            self.first = time.perf_counter()
        self.left -= 1
        if self.left == 0:
            self.last = time.perf_counter()
            self.done.set()


def main() -> None:
    port, user, password, count = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=user, clean_session=False)
    client.username_pw_set(user, password)
    drain = Drain(count)
    client.on_message = drain.message
    client.connect("127.0.0.1", port)
    client.loop_start()
    if not drain.done.wait(_PATIENCE_S):
        raise SystemExit(f"the floor still waits for {drain.left} messages")
    client.disconnect()
    client.loop_stop()
    print(drain.last - drain.first)


if __name__ == "__main__":
    main()
