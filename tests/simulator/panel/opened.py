"""A panel over a real stage, for tests: with somebody who does its acts."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from simulator.live.feed import Happening
from simulator.live.stage import Stage
from simulator.panel import plans
from simulator.panel.serve import Panel, listen
from simulator.panel.shown import Shown

PATIENCE_S = 20.0


@contextmanager
def opened(*wearers: str) -> Iterator[tuple[Stage, Panel]]:
    """At ten times the speed, as the command does it."""
    shown = Shown(wearers)
    with Stage(plans.WORLD, wearers, 10, shown.happened, begins=plans.BEGINS) as stage:
        stage.log_in(plans.SCREENS)
        with Panel(stage, shown, listen()) as panel:
            acts = threading.Thread(target=panel.acts.run, args=(lambda: shown.over,))
            acts.start()
            for who in wearers:
                happens(stage, "link", "up", who)
            yield stage, panel
        acts.join()


def in_time() -> Callable[[], bool]:
    end = time.monotonic() + PATIENCE_S
    return lambda: time.monotonic() < end


def happens(stage: Stage, source: str, what: str, who: str = "", start: int = 0) -> Happening:
    """The first of its kind that no other wait has taken."""
    found = stage.feed.await_one(
        lambda item: (item.source, item.what) == (source, what) and who in ("", item.who),
        in_time(),
        start,
    )
    came = "\n".join(item.line().partition("\n")[0] for item in stage.feed.all(start))
    assert found is not None, f"{source} {what} {who} never came; what came:\n{came}"
    return found
