"""The hub as one process: its parts made, joined, started, watched, stopped. Composition only.

Rules: what is wrong with settings, policy, folder or port is said before anything runs; the
broker's backlog is taken before anything that fell due fires (the engine's loop does that); a part
that dies takes the process with it, loudly, because a hub that only seems well is the worst of all.
"""

import faulthandler
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import uvicorn

from hub import brokers, canary, staff
from hub.clock import Clock, ScaledClock, SystemClock, utc_ms
from hub.devices.certificates import KeysFault
from hub.engine.daylight import Place
from hub.engine.engine import Engine
from hub.engine.loop import Loop
from hub.hands import Hands
from hub.ids import RandomIds
from hub.inbox import Answer, EngineStuck, Inbox, NewPolicy, Reply
from hub.ingest import Ingest
from hub.link import monotonic_ms
from hub.notify import channels
from hub.notify.outbox import Notifier
from hub.policy.load import PolicyFaults
from hub.procedure import banner, faults_of, in_force, policy_of
from hub.settings import BrokerAt, Organisation, Settings, Web
from hub.side_door import SideDoor
from hub.store.genesis import REAL, SIMULATION, Genesis
from hub.store.reader import Reader
from hub.store.store import Store
from hub.web import app as web
from hub.web.desk import Desk
from hub.web.doorman import CONNECTIONS_MAX, Doorman, raise_limit
from hub.web.live import Live

log = logging.getLogger("hub.app")

WATCH_EVERY_S = 1.0
ENGINE_STUCK_MS = 60_000  # of link time, without a turn and without a fault that explains it
NOTIFIER_STUCK_S = 60.0  # without a look at what waits; it looks each second
WEB_STOP_S = 3
FAREWELL_S = 2.0
RELOAD_S = 14.0  # for the engine to take a procedure over; a caller at the side door waits 15 s
DEAD = 70  # exit status: a part died; systemd starts us again
BACKLOG = 128


class Refused(Exception):
    """The hub cannot start; the message says why and what to do."""


def open_store(settings: Settings) -> Store:
    """The database, made at the first start. Raises StoreRefused or GenesisRefused."""
    mode = SIMULATION if settings.simulation.enabled else REAL
    about = settings.organisation
    genesis_id = RandomIds().random_bytes(8).hex()
    wanted = Genesis(genesis_id, about.name, about.zone, mode, utc_ms())
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Store(settings.folder, wanted)


def clock_of(settings: Settings, store: Store) -> Clock:
    """Never before the last commit; faster only where nothing is real. A simulation that has run
    ahead of the machine goes on from there: its time is its own, and no clock has jumped."""
    speed, floor_ms, mode = settings.simulation.speed, store.last_commit_ms, store.genesis.mode
    if speed == 1 and (mode != SIMULATION or floor_ms <= utc_ms()):
        return SystemClock(floor_ms)
    return ScaledClock(speed, mode, floor_ms)


def place_of(about: Organisation) -> Place | None:
    """Where the organisation is, if its settings say so."""
    if about.latitude is None or about.longitude is None:
        return None
    return Place(about.latitude, about.longitude)


def listen(at: Web) -> socket.socket:
    """The web's socket, taken before anything else starts. Raises Refused."""
    try:
        family = socket.getaddrinfo(at.host, at.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((at.host, at.port), family=family, backlog=BACKLOG)
    except OSError as exc:
        number = exc.errno or 0  # of the system; below 0 of the look-up, which has words of its own
        reason = os.strerror(number) if number > 0 else exc.strerror or exc
        raise Refused(
            f"the board cannot be served at {at.host} port {at.port}: {reason}."
            " Is another hub running? Give another port (--port, or [web] port)."
        ) from exc


def _ingest(at: BrokerAt, inbox: Inbox) -> Ingest:
    try:
        return Ingest(at, inbox)
    except KeysFault as exc:
        raise Refused(f"the hub cannot prove to the broker who it is: {exc}") from exc


class App:
    """One hub. `start`, then `watch` until it ends, then `close`."""

    def __init__(self, settings: Settings) -> None:
        with ExitStack() as undone:  # what was taken is given back, unless all of it was
            self._socket = undone.enter_context(listen(settings.web))
            self.store = open_store(settings)
            undone.callback(self.store.close)
            found = in_force(settings, self.store)
            clock = clock_of(settings, self.store)
            self.inbox = Inbox(clock)
            self.ingest = _ingest(settings.broker, self.inbox)
            undone.pop_all()
        policy = found.policy
        if self.store.genesis.mode == SIMULATION:
            # Its pages go to this machine: by no proxy either.
            os.environ["no_proxy"] = os.environ["NO_PROXY"] = "*"
        self.url = settings.web.url if settings.web.port else self._own_url(settings.web)
        self.reader = Reader(settings.folder)
        self.notifier = Notifier(self.reader, self.inbox, clock, settings.notify, self.url)
        self.live = Live(monotonic_ms)
        hands = Hands(self.ingest, self.notifier.wake, self.live.changed)
        engine = Engine(
            self.store, RandomIds(), policy, clock.speed, place_of(settings.organisation)
        )
        heard = brokers.sessions(settings.broker, brokers.EVENTS)
        self.loop = Loop(engine, clock, self.inbox, hands, listening=heard)
        fault = self.loop.fault
        site = web.make(
            self.reader, self.inbox, clock, settings, self.live, policy, lambda: fault.text
        )
        self._desk: Desk = site.state.desk
        self._refuse(found.faults)
        self._web = uvicorn.Server(_uvicorn(site))
        self._web_thread = threading.Thread(target=self._serve_web, name="web", daemon=True)
        self._door: SideDoor | None = None
        self._settings = settings
        self._stop = threading.Event()
        self._read_again = threading.Event()  # the procedure's file: a SIGHUP came
        self._reading = threading.Lock()
        self._pause = threading.Event()  # never set: a wait that a signal handler cannot cut short

    def _own_url(self, at: Web) -> str:
        """With port 0 the system has chosen one."""
        port = self._socket.getsockname()[1]
        return at.public_url.rstrip("/") or f"http://{at.host}:{port}"

    def _serve_web(self) -> None:
        self._web.run(sockets=[self._socket])

    def start(self) -> None:
        """The engine last: by then everything that feeds it and everything it tells is there."""
        channels.prepare()
        known = canary.commands(self._settings.broker, self.reader)
        for command in [*staff.commands(self._settings, self.reader), *known]:
            self.inbox.put(command)
        self.ingest.start()
        self.notifier.start()
        self._web_thread.start()
        self._door = SideDoor(self._settings.folder, self.inbox, self.reload_policy)
        self.loop.start()

    def stop(self) -> None:
        """Any thread, also a signal handler: `watch` returns."""
        self._stop.set()

    def hang_up(self) -> None:
        """SIGHUP: `watch` reads the procedure's file again."""
        self._read_again.set()

    def reload_policy(self) -> Answer:
        """Any thread but the engine's. A sound file is in force for new visits; a faulty one is
        refused whole, and what ran goes on."""
        with self._reading:
            try:
                policy = policy_of(self._settings)
            except PolicyFaults as exc:
                faults = faults_of(exc)
                self._refuse(faults)
                told = [*faults, f"{self._desk.policy.terms_id} goes on."]
                return Answer(False, "\n".join(told))
            reply = Reply()
            self.inbox.put(NewPolicy(policy, reply))
            answer = reply.wait(RELOAD_S)
            if answer.ok:
                self._desk.policy = policy
                self._refuse(())
            return answer

    def _refuse(self, faults: tuple[str, ...]) -> None:
        for fault in faults:
            log.error("the procedure's file is refused: %s", fault)
        self._desk.policy_fault = banner(faults, self._desk.policy)
        self.live.changed({"board"})

    def watch(self) -> int:
        """Until a stop is asked for (0) or a part has died (DEAD)."""
        while not self._stop.wait(WATCH_EVERY_S):
            if self._read_again.is_set():
                self._read_again.clear()
                self._reload_or_say()
            if dead := self.dead():
                log.critical("the hub ends: %s", dead)
                faulthandler.dump_traceback(file=sys.stderr, all_threads=True)
                return DEAD
        return 0

    def _reload_or_say(self) -> None:
        try:
            log.info("the procedure: %s", self.reload_policy().reason)
        except EngineStuck as exc:
            log.error("the procedure was read and not yet taken over: %s", exc)
        except Exception:  # a fault of ours in the reading must not end the watching
            log.exception("the procedure could not be read: what ran goes on")

    def dead(self) -> str:
        """Which part has died, or ""."""
        if not self.loop.is_alive():
            return "the engine's thread died"
        age_ms = self.live.engine_age_ms()
        if age_ms is not None and age_ms > ENGINE_STUCK_MS and not self.loop.fault.text:
            return f"the engine has taken no turn for {age_ms // 1000} s"
        notifier = self.notifier.health()
        if not notifier.alive:
            return "the notifier's thread died"
        if notifier.age_s > NOTIFIER_STUCK_S:
            return f"the notifier has not looked at what waits for {notifier.age_s:.0f} s"
        if not self.ingest.is_watched():
            return "nobody watches the sessions with the broker any more"
        return "" if self._web_thread.is_alive() else "the web server died"

    def close(self) -> None:
        """In this order, so that what was committed is also acknowledged."""
        self._web.should_exit = True
        self._web_thread.join(WEB_STOP_S + 2)
        if self._door is not None:
            self._door.close()
        self.notifier.stop()
        self._note_outcomes()
        self.loop.stop()
        self.ingest.stop()
        self.reader.close()
        self.store.close()
        self._socket.close()

    def _note_outcomes(self) -> None:
        """What the notifier told last, or its pages would go out again at the next start."""
        end_s = time.monotonic() + FAREWELL_S
        while self.inbox.waiting()["outcomes"] and time.monotonic() < end_s:
            self._pause.wait(0.02)


def _uvicorn(site: Callable[..., object]) -> uvicorn.Config:
    return uvicorn.Config(
        site,
        http=Doorman,
        log_config=None,  # ours
        access_log=False,  # addresses and paths of people; looks are logged by the hub itself
        server_header=False,
        timeout_graceful_shutdown=WEB_STOP_S,
        ws="none",
    )


def serve(settings: Settings, say: Callable[[str], None] = print) -> int:
    """Run until SIGINT or SIGTERM. Raises what keeps it from starting."""
    os.umask(0o077)  # every file of the hub is its owner's alone
    # The rest is for the store, the broker and the pages.
    Doorman.most = min(CONNECTIONS_MAX, raise_limit() // 2)
    app = App(settings)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: app.stop())
    signal.signal(signal.SIGHUP, lambda *_: app.hang_up())
    app.start()
    genesis = app.store.genesis
    say(f"allswell: {genesis.organisation} ({genesis.mode}), the board is at {app.url}/")
    status = app.watch()
    if status == DEAD:
        # Threads may be stuck: no farewell could be trusted to end.
        sys.stderr.flush()
        os._exit(status)
    app.close()
    return status
