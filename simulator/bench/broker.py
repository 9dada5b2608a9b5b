"""The broker that every figure of one run shares: mosquitto with the settings that are shipped."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from protocol.topics import BEAT_FILTERS, EVENT_FILTERS, ROOT
from simulator.live.broker import Broker
from simulator.live.feed import Feed

LOAD_USER = "bench-load"
FLOOR_USER = "bench-floor"


class BenchBroker(Broker):
    """The simulator's broker with two more users: one speaks for all pendants, one hears all.

    Without `autosave` it does not write its whole queue to disk at every change: filling a queue of
    tens of thousands beforehand would take many minutes (72 messages/s were seen), and that queue
    is not what is measured.
    """

    def __init__(self, folder: Path, autosave: bool, pendants: tuple[str, ...] = ()) -> None:
        self._autosave = autosave
        super().__init__(folder, [LOAD_USER, FLOOR_USER, *pendants], Feed(), embedded=False)

    def _write(self, name: str, text: str) -> Path:
        if name == "broker.acl":
            own = [f"user {LOAD_USER}", f"topic write {ROOT}/#", "", f"user {FLOOR_USER}"]
            own += [f"topic read {each}" for each in EVENT_FILTERS + BEAT_FILTERS]
            text = "\n".join(own) + "\n\n" + text
        if name == "mosquitto.conf" and not self._autosave:
            text = text.replace("autosave_on_changes true", "autosave_on_changes false")
        return super()._write(name, text)


@contextlib.contextmanager
def broker(autosave: bool = True, pendants: tuple[str, ...] = ()) -> Iterator[BenchBroker]:
    """A running mosquitto, ended at the end."""
    with tempfile.TemporaryDirectory(prefix="allswell-bench-") as name:
        made = BenchBroker(Path(name), autosave, pendants)
        made.start()
        try:
            yield made
        finally:
            made.kill()
