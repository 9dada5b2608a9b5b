"""Makes a persistent QoS 1 session at the broker and leaves it, so that messages wait in it."""

import threading

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

_PATIENCE_S = 10.0


def make_session(port: int, user: str, password: str, filters: tuple[str, ...]) -> None:
    """Returns when the broker has confirmed the subscriptions. Raises TimeoutError."""
    confirmed = threading.Event()

    def subscribed(
        _client: mqtt.Client,
        _data: object,
        _mid: int,
        codes: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if not any(code.is_failure for code in codes):
            confirmed.set()

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=user, clean_session=False)
    client.username_pw_set(user, password)
    client.on_subscribe = subscribed
    client.connect("127.0.0.1", port)
    client.subscribe([(each, 1) for each in filters])
    client.loop_start()
    try:
        if not confirmed.wait(_PATIENCE_S):
            raise TimeoutError(f"no session for {user}")
        client.disconnect()
    finally:
        client.loop_stop()
