"""The panel made, joined, served and ended. Composition only.

The rule it keeps: it listens on 127.0.0.1, and when it ends, however it ends, everything that it
started has ended.
"""

import asyncio
import socket
import threading
import time
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import uvicorn

from hub.web.shell import App, Message, Receive, Send
from simulator.live.hub import PASSWORD
from simulator.live.stage import Stage, undisturbed
from simulator.panel import app, plans
from simulator.panel.acts import Acts
from simulator.panel.doorway import Doorway, hosts
from simulator.panel.hand import Hand
from simulator.panel.shown import Shown
from simulator.panel.snapshot import snapshot
from simulator.panel.tried import TRIES
from simulator.panel.windows import Window, check_simulation

LOOPBACK = "127.0.0.1"
SPEEDS = (1, 10, 60, 300)
STARTED_S = 10.0
LEAVE_S = 1  # for open streams, when it ends
PLAIN = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def listen(port: int = 0) -> socket.socket:
    """Raises OSError when somebody has the port."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    listener.listen()
    return listener


def _port(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


class ByPort:
    """One server, several doors: which app answers depends on the port that was knocked at."""

    def __init__(self, apps: Mapping[int, App]) -> None:
        self._apps = apps

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._apps[scope["server"][1]](scope, receive, send)


class Panel:
    """A context: the page of a running stage, served until it is left. The stage's feed must tell
    `shown.happened`, and some thread that outlives the panel must `acts.run`."""

    def __init__(self, stage: Stage, shown: Shown, front: socket.socket) -> None:
        check_simulation(stage.hub.store)
        self.shown = shown
        self.acts = Acts(stage)
        self._stage = stage
        tree = tomllib.loads(plans.WORLD.read_text(encoding="utf-8"))
        self._organisation = tree["organisation"]
        self.people = {each["id"]: each for each in tree["person"]}
        screens = {person: listen() for person in plans.SCREENS}
        self.port = _port(front)
        self.url = f"http://{LOOPBACK}:{self.port}/"
        self.screens = {person: _port(each) for person, each in screens.items()}
        self._sockets = [front, *screens.values()]
        self._hands = {who: Hand(who, each.tell) for who, each in stage.pendants.items()}
        self._windows: list[Window] = []
        self.acts.before_stop = self._hang_up
        self._server = uvicorn.Server(self._config())
        self._thread = threading.Thread(target=self._serve, name="panel", daemon=True)

    def _config(self) -> uvicorn.Config:
        stage = self._stage
        self.shown.snapshot = lambda: snapshot(stage, self.shown, self.acts)
        page = app.make(stage, self.shown, self.acts, self._hands, self._words())
        frames = " ".join(f"http://{host}" for p in self.screens.values() for host in hosts(p))
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            f" connect-src 'self'; frame-src {frames}; base-uri 'none'; form-action 'none';"
            " frame-ancestors 'none'"
        )
        front = {**PLAIN, "content-security-policy": policy, "x-frame-options": "DENY"}
        apps: dict[int, App] = {self.port: Doorway(page, self.port, front)}
        for person, port in self.screens.items():
            window = Window(stage.operator(person), stage.hub.url, stage.hub.store, self.port)
            self._windows.append(window)
            apps[port] = Doorway(window, port, {})
        return uvicorn.Config(
            ByPort(apps), lifespan="off", log_level="critical", ws="none", http="h11",
            timeout_graceful_shutdown=LEAVE_S,
        )  # fmt: skip

    def _words(self) -> dict[str, Any]:
        return {
            "organisation": self._organisation["name"],
            "zone": self._organisation["zone"],
            "wearers": [self.people[who] for who in self._stage.wearers],
            "screens": [
                {**self.people[who], "port": port, "role": role_of(self.people[who])}
                for who, port in self.screens.items()
            ],
            "tries": TRIES,
            "plans": plans.PLANS,
            "speeds": sorted({*SPEEDS, self._stage.hub.speed}),
            "hub_url": f"{self._stage.hub.url}/",
            "password": PASSWORD,
        }

    def _hang_up(self) -> None:
        for window in self._windows:
            window.hang_up()

    def _serve(self) -> None:
        asyncio.run(self._until_told())

    async def _until_told(self) -> None:
        await self._server.serve(self._sockets)
        for window in self._windows:
            await window.close()

    def __enter__(self) -> "Panel":
        for who, pendant in self._stage.pendants.items():
            pendant.watch = self.shown.watch(who)
        self._thread.start()
        end_s = time.monotonic() + STARTED_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > end_s:
                raise RuntimeError("the panel's web server did not start")
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        with undisturbed():
            self.shown.end()
            self._server.should_exit = True
            self._thread.join()
            for hand in self._hands.values():
                hand.close()


def role_of(person: Mapping[str, Any]) -> str:
    """What she is at the office, in words."""
    roles = [*person.get("on_duty", ()), *person.get("roles", ())]
    return str(roles[0]).replace("-", " ") if roles else "at work"


def until(seconds: int) -> Callable[[], bool]:
    """Whether that much link time has passed; never for 0."""
    end_s = time.monotonic() + seconds
    return lambda: bool(seconds) and time.monotonic() >= end_s
