"""What can go wrong on purpose: each fault of a scenario file as one act on the stage."""

from collections.abc import Callable, Mapping

from hub.rules.model import Value
from simulator.live.proxy import MODES
from simulator.live.stage import Stage, pendant_of


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
            for proxy in self._stage.networks(who):
                proxy.set(mode, int(found.get("latency_ms", 0)))
        elif kind in ("hub-network", "second-broker"):
            self._of_two(kind, mode)
        elif fault == "pendant cut":
            self._stage.pendant(who).cut()
        elif fault == "pendant start":
            self._stage.pendant(who).start()
        elif fault == "pendant oversleep":
            self._stage.pendant(who).oversleep()
        elif fault in ("pendant revoke", "pendant renew"):
            self._stage.hub.allswell("pendant", mode, pendant_of(who))
        elif fault in ("flash hold", "flash free"):
            self._stage.pendant(who).tell({"hold_flash": mode == "hold"})
        elif fault == "battery":
            self._stage.pendant(who).tell({"battery": int(found.get("percent", 100))})
        else:
            raise KeyError(f"no fault is called {fault!r}")

    def _of_two(self, kind: str, what: str) -> None:
        second, hub_way = self._stage.second, self._stage.hub_way
        if second is None or hub_way is None:
            raise KeyError(f"{kind} {what} wants `brokers = 2`")
        if kind == "hub-network":
            hub_way.set(what)
        else:
            {"kill": second.kill, "start": second.start, "freeze": second.freeze,
             "thaw": second.thaw}[what]()  # fmt: skip

    def _pages(self, failing: bool) -> None:
        self._stage.receiver.failing = failing
