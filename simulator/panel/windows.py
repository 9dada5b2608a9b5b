"""The hub's board in a frame beside the pendants: one window for each person at a screen.

A hub forbids every frame, and must: whoever can lay a page over the board can make somebody press
"I have it". So nothing is loosened there. A window is a port of loopback in the simulator's own
process that fetches the hub's pages with the session of one person and hands them on with one word
changed: the panel, and only the panel, may frame them. A port of its own for each person keeps
their logins apart; the session never leaves this process, so no cookie lies in the tester's browser
for other ports of this machine to read.

The rule it keeps: only of a database whose first row says SIMULATION.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from hub.store.genesis import require_simulation
from hub.store.reader import Reader
from hub.web.asking import next_url
from hub.web.shell import BODY_MAX, Message, Receive, Send
from simulator.live.operator import Operator, OperatorFailed
from simulator.panel.doorway import hosts

ANSWER_S = 20.0
STREAM = "/live"
STREAM_WAITS_S = 30.0  # for a hub that is down; the browser asks again
AGAIN_S = 0.2
NOBODY_FRAMES = "frame-ancestors 'none'"
TO_HUB = ("accept", "content-type", "if-modified-since", "if-none-match", "x-csrf-token",
          "x-fragment")  # fmt: skip
NOT_FROM_HUB = frozenset(
    {"connection", "content-length", "date", "server", "set-cookie", "transfer-encoding"}
    | {"content-security-policy", "x-frame-options"}
)
DOWN = """<!doctype html><html lang="en-GB"><meta charset="utf-8">
<meta http-equiv="refresh" content="1"><title>The hub is down</title>
<style>:root{color-scheme:light dark}
body{font:1.1rem/1.5 Inter,system-ui,"DejaVu Sans",sans-serif;margin:4rem auto;max-width:32rem;
padding:0 1.5rem}h1{font-size:1.5rem}</style>
<h1>SIMULATION: the hub is down</h1>
<p>Nobody sees a board now. This page comes back by itself when the hub does.</p></html>
"""
DOWN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def check_simulation(store: Path) -> None:
    """Raises GenesisRefused for a database that holds real people."""
    with contextlib.closing(Reader(store)) as reader:
        require_simulation(reader.genesis, "a board in the panel's frame")


def framed_by(policy: str, panel_port: int) -> str:
    """The hub's own policy, with the panel in the place of nobody. Raises ValueError where the hub
    says something else: what is not understood is not changed."""
    if policy.count(NOBODY_FRAMES) != 1:
        raise ValueError(f"the hub's policy does not say {NOBODY_FRAMES!r} once: {policy!r}")
    panel = " ".join(f"http://{host}" for host in hosts(panel_port))
    return policy.replace(NOBODY_FRAMES, f"frame-ancestors {panel}")


class Window:
    """An ASGI app: the hub as one person sees it."""

    def __init__(self, operator: Operator, hub_url: str, store: Path, panel_port: int) -> None:
        check_simulation(store)
        self._operator = operator
        self._panel_port = panel_port
        self._hub = httpx.AsyncClient(
            base_url=hub_url, timeout=ANSWER_S, trust_env=False, follow_redirects=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=8),
        )  # fmt: skip
        self._login = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ends: set[asyncio.Event] = set()  # of the streams that are open

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self._loop = asyncio.get_running_loop()
        request = Request(scope, receive)
        try:
            response = await self._in_time(request)
        except (httpx.HTTPError, OperatorFailed):
            policy = {"content-security-policy": framed_by(DOWN_POLICY, self._panel_port)}
            response = HTMLResponse(DOWN, 502, policy)
        await response(scope, receive, send)

    async def close(self) -> None:
        await self._hub.aclose()

    def hang_up(self) -> None:
        """From any thread: the hub is about to stop, and would wait for whoever listens to it."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end_streams)

    def _end_streams(self) -> None:
        for end in self._ends:
            end.set()

    async def _in_time(self, request: Request) -> Response:
        """A stream waits for its hub, as an open board does; a page is told that it is down."""
        end_s = time.monotonic() + (STREAM_WAITS_S if request.url.path == STREAM else 0)
        while True:
            try:
                return await self._answer(request)
            except (httpx.TransportError, OperatorFailed):
                if time.monotonic() >= end_s or await request.is_disconnected():
                    raise
            await asyncio.sleep(AGAIN_S)

    async def _answer(self, request: Request) -> Response:
        if request.url.path == "/login":  # this window is always hers
            await self._log_in(self._operator.cookie())
            return RedirectResponse(next_url(request.query_params.get("next", "/")), 303)
        body = await request.body()
        if len(body) > BODY_MAX:
            return Response("too large", 413)
        if not self._operator.cookie():
            await self._log_in("")
        used = self._operator.cookie()
        answer = await self._ask(request, body)
        if request.method == "GET" and _is_logged_out(answer):
            await answer.aclose()
            await self._log_in(used)
            answer = await self._ask(request, body)
        return self._handed_on(answer)

    async def _log_in(self, used: str) -> None:
        """Again, unless another request of this window has done so meanwhile."""
        async with self._login:
            if self._operator.cookie() == used:
                await asyncio.to_thread(self._operator.log_in)

    async def _ask(self, request: Request, body: bytes) -> httpx.Response:
        headers = {name: request.headers[name] for name in TO_HUB if name in request.headers}
        headers |= {"cookie": self._operator.cookie(), "accept-encoding": "identity"}
        url = httpx.URL(path=request.url.path, query=request.url.query.encode())
        timeout = httpx.Timeout(ANSWER_S, read=None if request.url.path == STREAM else ANSWER_S)
        asked = self._hub.build_request(
            request.method, url, content=body, headers=headers, timeout=timeout
        )
        return await self._hub.send(asked, stream=True)

    def _handed_on(self, answer: httpx.Response) -> Response:
        response = StreamingResponse(self._pieces(answer), answer.status_code)
        response.raw_headers = [
            (name.encode(), value.encode())
            for name, value in answer.headers.multi_items()
            if name not in NOT_FROM_HUB
        ]
        policy = framed_by(answer.headers["content-security-policy"], self._panel_port)
        response.headers["content-security-policy"] = policy
        return response

    async def _pieces(self, answer: httpx.Response) -> AsyncIterator[bytes]:
        """A hub that is killed in the middle ends its answer; the page notices by itself."""
        end = asyncio.Event()
        self._ends.add(end)
        ended = asyncio.ensure_future(end.wait())
        pieces = answer.aiter_raw()
        piece = asyncio.ensure_future(anext(pieces, None))
        try:
            while True:
                await asyncio.wait({piece, ended}, return_when=asyncio.FIRST_COMPLETED)
                found = piece.result() if piece.done() else None
                if found is None:
                    return
                yield found
                piece = asyncio.ensure_future(anext(pieces, None))
        except httpx.HTTPError:
            return
        finally:
            self._ends.discard(end)
            for waiting in (piece, ended):
                waiting.cancel()
            await asyncio.gather(piece, ended, return_exceptions=True)
            await answer.aclose()


def _is_logged_out(answer: httpx.Response) -> bool:
    where = urlsplit(answer.headers.get("location", "")).path
    return answer.status_code == 401 or (answer.status_code == 303 and where == "/login")
