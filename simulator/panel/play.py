"""`allswell-sim panel`: raises the stage, serves the page, says where it is, waits for the end.

The rule it keeps: the main thread does the acts, because processes that it starts end with it.
"""

import os
import sys
import webbrowser
from dataclasses import dataclass

from simulator.live.broker import mosquitto_path
from simulator.live.child import ChildFailed
from simulator.live.hub import PASSWORD
from simulator.live.operator import OperatorFailed
from simulator.live.provision import NotProvisioned
from simulator.live.stage import Stage
from simulator.panel import plans
from simulator.panel.serve import Panel, listen, role_of, until
from simulator.panel.shown import Shown

FAILED = 1


@dataclass(frozen=True, slots=True)
class Options:
    """As the command line gives them."""

    speed: int = 10
    port: int = 0
    seconds: int = 0
    opens: bool = True
    embedded: bool = False
    sleep: bool = False


def has_display() -> bool:
    """Whether a browser that is opened would be seen by somebody."""
    known = sys.platform in ("darwin", "win32")
    return known or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def play(options: Options) -> int:
    """The exit code."""
    shown = Shown(plans.WEARERS)
    try:
        front = listen(options.port)
    except OSError as exc:
        print(f"port {options.port} cannot be had: {exc.strerror}", file=sys.stderr)
        return FAILED
    try:
        with front, Stage(
            plans.WORLD, plans.WEARERS, options.speed, shown.happened,
            embedded_broker=options.embedded or None, begins=plans.BEGINS, sleep=options.sleep,
        ) as stage:  # fmt: skip
            stage.log_in(plans.SCREENS)
            with Panel(stage, shown, front) as panel:
                _welcome(stage, panel, options)
                if options.opens and has_display():
                    webbrowser.open(panel.url)
                panel.acts.run(until(options.seconds))
    except (ChildFailed, NotProvisioned, OperatorFailed, OSError) as exc:
        print(f"the panel cannot go on: {exc}", file=sys.stderr)
        return FAILED
    return 0


def _welcome(stage: Stage, panel: Panel, options: Options) -> None:
    bold = f"\x1b[1;4m{panel.url}\x1b[0m" if sys.stdout.isatty() else panel.url
    end = f"in {options.seconds} s" if options.seconds else "with Ctrl-C"
    broker = "mosquitto"
    if stage.broker.embedded:
        why = "" if mosquitto_path() else ": mosquitto is not installed"
        broker = f"the embedded broker{why} (it knows no users and keeps nothing over a restart)"
    screens = "\n".join(
        f"    {person:<6} {role_of(panel.people[person]):<13} http://127.0.0.1:{port}/"
        for person, port in panel.screens.items()
    )
    print(
        f"\n  allswell, a SIMULATION: no real people\n\n"
        f"  The panel   {bold}\n"
        f"  Screens of the office, each logged in as one person:\n{screens}\n"
        f"  The hub itself: {stage.hub.url}/  (log in with a name above, password: {PASSWORD})\n"
        f"  Real parts: {broker} on port {stage.broker.port}, hub process"
        f" {stage.hub.child.pid}, pendants"
        f" {', '.join(str(each.child.pid) for each in stage.pendants.values())}\n"
        f"  A minute of the procedure takes {60 / stage.speed:g} s. It ends {end}.\n",
        flush=True,
    )
