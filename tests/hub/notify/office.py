"""A provider and an office for the notifier's tests: a real socket, a real store.

Rule: the office notes outcomes in the rows as the engine does, and nothing more.
"""

import http.server
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

from hub.clock import SystemClock
from hub.inbox import Inbox, Item, PageOutcome
from hub.notify import outbox
from hub.notify.channels import Letter
from hub.notify.outbox import Notifier
from hub.settings import Notify
from hub.store.genesis import Genesis
from hub.store.reader import Reader
from hub.store.store import Store

NOW_MS = 1_800_000_000_000


def wait_until(condition: Callable[[], bool], what: str = "", timeout_s: float = 10.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.005)


class Post:
    """A provider on this machine: notes each JSON; `mood` decides its answer."""

    def __init__(self) -> None:
        self.letters: list[dict[str, object]] = []
        self.status = 200
        self.hang = threading.Event()
        self.hang.set()
        post = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                is_json = self.headers["Content-Type"] == "application/json"
                post.letters.append(json.loads(raw) if is_json else {"raw": raw})
                post.hang.wait(30)
                self.send_response(post.status)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Not on the terminal."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/pages"

    def close(self) -> None:
        self.hang.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Office:
    """A store with people and pages, and the engine's part: noting the outcome."""

    def __init__(self, folder: Path) -> None:
        wanted = Genesis("g", "Example", "Europe/London", "SIMULATION", NOW_MS)
        self.store = Store(folder, wanted)
        self.reader = Reader(folder)
        self.inbox = Inbox()
        self.outcomes: list[PageOutcome] = []
        self.untaken: list[Item] = []
        self.notifiers: list[Notifier] = []

    def person(self, name: str, *pages: str) -> None:
        values = (name, name.title(), name[:2].upper(), name, json.dumps(pages))
        self.store.write(
            "INSERT INTO person (id, name, initials, login, roles, phones, pages, password_hash,"
            " car, active) VALUES (?,?,?,?,'[]','[]',?,'','',1)",
            values,
        )

    def page(self, number: int, person: str, alarm: str = "a-1", visit: str = "") -> None:
        self.store.write(
            "INSERT INTO page (id, alarm, visit, person, role, step, round, subject, body, state,"
            " not_before_ms, lease_until_ms, attempts, created_ms, sent_ms, note)"
            " VALUES (?,?,?,?,'manager',0,0,'SOS: Jo','Since 10:00.','waiting',0,0,0,?,NULL,'')",
            (number, alarm, visit, person, NOW_MS),
        )

    def notifier(self, send: outbox.Send | None = None, **settings: object) -> Notifier:
        given = Notify(**settings)  # type: ignore[arg-type]  # as the test gives them
        more = () if send is None else (send,)
        found = Notifier(
            self.reader, self.inbox, SystemClock(), given, "http://127.0.0.1:8080", *more
        )
        self.notifiers.append(found)
        found.start()
        return found

    def outcome(self) -> PageOutcome:
        """The next fate that the notifier tells; noted in the row as the engine does."""
        if not self.untaken:
            self.untaken = self.inbox.take(10_000)
        found = self.untaken.pop(0)
        assert isinstance(found, PageOutcome)
        state = "sent" if found.ok else "failed"
        self.store.write("UPDATE page SET state = ? WHERE id = ?", (state, found.page))
        self.outcomes.append(found)
        return found

    def close(self) -> None:
        for notifier in self.notifiers:
            notifier.stop()
        self.reader.close()
        self.store.close()


class Provider:
    """Stands for any send: notes who was sent what, answers as told."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, Letter]] = []
        self.release: dict[str, threading.Event] = {}

    def __call__(self, url: str, letter: Letter, simulation: bool) -> str:
        assert simulation
        self.sent.append((url, letter))
        if url in self.release:
            self.release[url].wait(30)
        return self.answers.pop(0) if self.answers else ""
