"""The ASGI shell around everything: security headers, a limit on bodies.

Rule: no page runs a script, style or request that this hub did not serve, none is framed,
and none is kept by a cache: a stale board must not come back by the Back button.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect

Message = MutableMapping[str, Any]  # as ASGI defines it
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

BODY_MAX = 64 * 1024  # the longest form has a note of 2,000 characters

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)


class Shell:
    """Wraps the app."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_static = str(scope["path"]).startswith("/static/")
        cache = b"no-cache" if is_static else b"no-store"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    *HEADERS,
                    (b"cache-control", cache),
                ]
            await send(message)

        if _declared(scope) > BODY_MAX:
            await _too_large(send_with_headers)
            return
        taken = 0

        async def receive_within_limit() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > BODY_MAX:
                # As if the client had gone: who sends this much undeclared is no browser.
                return {"type": "http.disconnect"}
            return message

        try:
            await self._app(scope, receive_within_limit, send_with_headers)
        except ClientDisconnect:  # in the middle of its own request: no fault of the hub's
            if taken > BODY_MAX:
                await _too_large(send_with_headers)


def _declared(scope: Message) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else BODY_MAX + 1
    return 0


async def _too_large(send: Send) -> None:
    body = f"At most {BODY_MAX} bytes.".encode()
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
