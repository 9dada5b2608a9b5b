"""A socket in the hub's folder by which `allswell` asks the running hub for what only it may write.

Rule: who may open the folder may ask; there is no password to keep and nothing on the network. Only
the directory's commands (people, clients, pendants) come in here, and the wish that the procedure's
file be read again: visits and alarms are people's, by name, through the web.
"""

import json
import logging
import os
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hub.engine.admin import KINDS
from hub.inbox import Answer, EngineStuck, Inbox
from hub.rules.model import Value

log = logging.getLogger("hub.side_door")

NAME = "hub.sock"
RELOAD = "reload_policy"  # read the procedure's file again
Reload = Callable[[], Answer]
MAX_LINE_BYTES = 65_536
ANSWER_S = 15.0
MAX_PATH_BYTES = 100  # sockaddr_un holds 108 on Linux, 104 elsewhere


class NoHub(Exception):
    """No hub runs on this folder."""


def path_in(folder: Path) -> Path:
    return folder / NAME


class SideDoor:
    """Open while the hub runs. The folder's lock is ours, so a socket that lies there is old."""

    def __init__(self, folder: Path, inbox: Inbox, reload: Reload | None = None) -> None:
        path = path_in(folder)
        self._server: socketserver.ThreadingUnixStreamServer | None = None
        if len(os.fsencode(path)) > MAX_PATH_BYTES:
            log.warning("the folder's path is too long for a socket: stop the hub to add pendants")
            return
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = _Server(path, inbox, reload)
        finally:
            os.umask(before)
        thread = threading.Thread(
            target=self._server.serve_forever, name="side-door", daemon=True, args=(0.2,)
        )
        thread.start()

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            Path(str(self._server.server_address)).unlink(missing_ok=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, inbox: Inbox, reload: Reload | None) -> None:
        self.inbox = inbox
        self.reload = reload
        super().__init__(str(path), _Caller)


class _Caller(socketserver.StreamRequestHandler):
    timeout = ANSWER_S

    def handle(self) -> None:
        assert isinstance(self.server, _Server)
        line = self.rfile.readline(MAX_LINE_BYTES)
        answer = _answer(line, self.server.inbox, self.server.reload)
        told = {"ok": answer.ok, "reason": answer.reason, "id": answer.id}
        with suppress(OSError):  # it only knocked
            self.wfile.write(json.dumps(told).encode() + b"\n")


def _answer(line: bytes, inbox: Inbox, reload: Reload | None) -> Answer:
    try:
        asked = json.loads(line)
        kind, facts = str(asked["kind"]), dict(asked["facts"])
    except (ValueError, KeyError, TypeError):
        return Answer(False, "this is no command")
    if kind not in KINDS and (kind != RELOAD or reload is None):
        return Answer(False, f"{kind[:40]!r} is not asked for here")
    try:
        if reload is not None and kind == RELOAD:
            return reload()
        return inbox.ask(kind, "cli", facts, ANSWER_S - 1)
    except EngineStuck as exc:
        return Answer(False, str(exc))


def answers(folder: Path) -> bool:
    """Whether a hub runs on this folder."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(ANSWER_S)
        try:
            sock.connect(str(path_in(folder)))
        except OSError:
            return False
    return True


def ask(folder: Path, kind: str, facts: dict[str, Value]) -> Answer:
    """Ask the hub that runs on this folder. Raises NoHub."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(ANSWER_S)
        try:
            sock.connect(str(path_in(folder)))
        except OSError as exc:
            raise NoHub(f"no hub runs on {folder}") from exc
        sock.sendall(json.dumps({"kind": kind, "facts": facts}).encode() + b"\n")
        with sock.makefile("rb") as file:
            told = json.loads(file.readline(MAX_LINE_BYTES) or b"{}")
    return Answer(bool(told.get("ok")), str(told.get("reason", "")), str(told.get("id", "")))
