"""Does the broker keep what it has acknowledged for whoever is away, and is it on the disk?

Rule: the canary's own session is the absent one. It leaves a will and vanishes: what the broker
then says in its name is kept for itself, and found again; nobody else hears of it.
"""

import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from hub.devices.broker import STORE, probe_topic
from hub.devices.certificates import CANARY
from hub.doctoring.caller import LOOK_S
from hub.doctoring.finding import Finding
from hub.doctoring.way import Way, let_in

TOPIC = probe_topic(CANARY)
KEPT_S = 5.0  # mosquitto saves at once with autosave_on_changes; its default is half an hour
LINES = "persistence true, autosave_on_changes true and autosave_interval 1"


def kept(way: Way) -> Iterator[Finding]:
    """A message at QoS 1 to a persistent session that is away."""
    mark = secrets.token_hex(16).encode()
    away = way.caller(keeps_session=True)
    away.will(TOPIC, mark)
    let_in(away)
    if not away.subscribe(TOPIC):
        yield Finding(way.name, f"it refuses the canary {TOPIC}", "Write broker.acl again.")
        away.close()
        return
    away.vanish()
    yield from _on_disk(way, mark)
    back = way.caller(keeps_session=True)
    let_in(back)
    has_it = back.had_session and back.until(lambda: (TOPIC, mark) in back.heard, KEPT_S)
    if not has_it:
        said = "a message at QoS 1 for a session that was away is gone"
        yield Finding(way.name, said, f"It needs {LINES} in mosquitto.conf.")
    back.close()
    last = way.caller()  # a clean one: the session and what it holds are forgotten
    if last.open() == "":
        last.close()


def _on_disk(way: Way, mark: bytes) -> Iterator[Finding]:
    files = way.at.files
    if files is None:
        said = "whether it has on its disk what it acknowledged cannot be seen from here"
        mend = f"Look on its machine that mosquitto.conf has {LINES}."
        yield Finding(way.name, said, mend, grave=False)
        return
    store = files / STORE
    end_s = time.monotonic() + KEPT_S
    while not _is_in(store, mark):
        if time.monotonic() > end_s:
            said = f"what it acknowledged is not on the disk in {store} after {KEPT_S:g} s"
            yield Finding(way.name, said, f"It needs {LINES} in mosquitto.conf.")
            return
        time.sleep(LOOK_S)


def _is_in(store: Path, mark: bytes) -> bool:
    """Payloads stand in mosquitto's store as they came."""
    try:
        return any(mark in path.read_bytes() for path in store.iterdir() if path.is_file())
    except OSError:  # it is being replaced just now, or is not ours to read
        return False
