"""Who may talk to the panel: pages of the panel itself, on this machine.

The rule it keeps: another web page in the tester's browser can press no button, read nothing and
frame nothing. Every request must name this machine and this port as its host (a foreign name that
resolves to 127.0.0.1 does not help), and whatever changes something must come from that origin.
"""

from collections.abc import Mapping

from starlette.datastructures import Headers

from hub.web.shell import App, Message, Receive, Send

SAFE = ("GET", "HEAD")


def hosts(port: int) -> tuple[str, str]:
    """The names under which a port of loopback is asked for."""
    return (f"127.0.0.1:{port}", f"localhost:{port}")


def refusal(method: str, headers: Mapping[str, str], port: int) -> str:
    """Why this request is not let in; "" if it is."""
    host = headers.get("host", "")
    if host not in hosts(port):
        return "This is a simulation on 127.0.0.1. It answers to no other name."
    site = headers.get("sec-fetch-site", "same-origin")
    if method in SAFE:
        is_page = headers.get("sec-fetch-mode", "navigate") == "navigate"
        from_here = site in ("same-origin", "none")
        return "" if is_page or from_here else "Only pages of this simulation may read this."
    if headers.get("origin") != f"http://{host}" or site != "same-origin":
        return "Only a page of this simulation may press its buttons."
    return ""


class Doorway:
    """Wraps an app that is served on `port`; adds `headers` to each of its answers."""

    def __init__(self, app: App, port: int, headers: Mapping[str, str]) -> None:
        self._app = app
        self._port = port
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # no websocket, no lifespan
        said = refusal(scope["method"], Headers(scope=scope), self._port)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        if said:
            body = [(b"content-type", b"text/plain; charset=utf-8")]
            await send_with_headers({"type": "http.response.start", "status": 403, "headers": body})
            await send({"type": "http.response.body", "body": said.encode()})
            return
        await self._app(scope, receive, send_with_headers)
