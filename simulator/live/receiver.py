"""Where the pages of a simulation arrive: an HTTP server of this machine, one address per person.

The rule it keeps: an answer of 200 is what "reached the provider" means to the hub; while it is
told to fail or to hang, it takes nothing and shows nothing.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from simulator.live.feed import Feed

MAX_BODY_BYTES = 100_000


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A hub that was killed in the middle of a page: it will send it again."""


class Receiver:
    """Takes JSON by POST at /<person> and puts it on the feed as a page to that person."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.failing = False
        self._answers = threading.Event()
        self._answers.set()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="page-receiver", daemon=True
        )
        self._thread.start()

    def url(self, person: str) -> str:
        """The address to give to the hub for this person."""
        return f"json://127.0.0.1:{self.port}/{person}"

    def fail(self, failing: bool) -> None:
        self.failing = failing

    def hang(self, hanging: bool) -> None:
        """While it hangs it answers nobody; who waited is refused when that is over."""
        (self._answers.clear if hanging else self._answers.set)()

    def close(self) -> None:
        self._answers.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def took(self, person: str, body: bytes) -> int:
        """HTTP status."""
        if not self._answers.is_set():
            self._answers.wait()
            return 503
        if self.failing:
            return 503
        try:
            page = json.loads(body)
        except ValueError:
            return 400
        if not isinstance(page, dict):
            return 400
        subject = str(page.get("title") or page.get("subject") or "")
        text = str(page.get("message") or page.get("body") or "")
        self._feed.add("page", subject or "page", person, text, facts=page)
        return 200

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                if length > MAX_BODY_BYTES:
                    self.close_connection = True
                    self.answer(413)
                    return
                body = self.rfile.read(length)
                person = self.path.strip("/").partition("?")[0]
                self.answer(receiver.took(person, body))

            def answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """The feed tells what came; the terminal is for people."""

        return Handler
