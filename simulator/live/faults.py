"""What can go wrong on purpose: each fault of a scenario file as one act on the stage."""

from collections.abc import Callable, Mapping

from hub.rules.model import Value
from simulator.live.proxy import MODES
from simulator.live.stage import Stage


class Faults:
    """Does a fault by its name (simulator/live/scenario.py, FAULTS)."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        broker, hub = stage.broker, stage.hub
        self._of_all: dict[str, Callable[[], None]] = {
            "broker kill": broker.kill,
            "broker start": broker.start,
            "broker freeze": broker.freeze,
            "broker thaw": broker.thaw,
            "hub kill": hub.kill,
            "hub start": hub.start,
            "hub backup": hub.back_up,
            "hub restore": hub.restore,
            "pages fail": lambda: self._pages(True),
            "pages work": lambda: self._pages(False),
        }

    def do(self, fault: str, who: str = "", values: Mapping[str, Value] | None = None) -> None:
        if fault in self._of_all:
            self._of_all[fault]()
            return
        found = values or {}
        kind, _, mode = fault.partition(" ")
        if kind == "network" and mode in MODES:
            self._stage.pendant(who)  # says whose pendant there is, if not hers
            self._stage.proxies[who].set(mode, int(found.get("latency_ms", 0)))
        elif fault == "pendant cut":
            self._stage.pendant(who).cut()
        elif fault == "pendant start":
            self._stage.pendant(who).start()
        elif fault in ("flash hold", "flash free"):
            self._stage.pendant(who).tell({"hold_flash": mode == "hold"})
        elif fault == "battery":
            self._stage.pendant(who).tell({"battery": int(found.get("percent", 100))})
        else:
            raise KeyError(f"no fault is called {fault!r}")

    def _pages(self, failing: bool) -> None:
        self._stage.receiver.failing = failing
