"""`/live`: what changed, as server-sent events; and `/healthz` for the machine that watches us."""

import functools
from collections.abc import Callable

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from hub.inbox import EngineStuck
from hub.web.asking import Asker, asker, desk_of, is_logged_in
from hub.web.desk import HEALTH_S
from hub.web.live import messages

router = APIRouter()
TURN = "turn"  # the command that asks for nothing but an answer


@router.get("/live")
async def live(request: Request, who: Asker = Depends(asker)) -> Response:
    """One stream for each browser: an event at once for a change, one every five seconds anyway."""
    desk = desk_of(request)
    stream = desk.live.open(who.session.key)
    if stream is None:
        return Response("Too many open pages.", 503, media_type="text/plain")
    now_ms: Callable[[], int] = desk.clock.now_ms
    allowed = functools.partial(is_logged_in, request)
    return StreamingResponse(
        messages(desk.live, stream, now_ms, desk.engine_age_ms, allowed),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


@router.get("/healthz")
def healthz(request: Request) -> Response:
    """200 only after a real turn of the engine: asks through the inbox, as a person would."""
    desk = desk_of(request)
    try:
        desk.inbox.ask(TURN, "", {}, HEALTH_S)
    except EngineStuck:
        return JSONResponse({"ok": False, "reason": "the engine does not answer"}, 503)
    desk.live.turned()
    up = desk.reader.health().broker_up
    return JSONResponse({"ok": up, "engine": True, "broker": up}, 200 if up else 503)
