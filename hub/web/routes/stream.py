"""`/live`: what changed, as server-sent events; and `/healthz` for the machine that watches us."""

import functools
import threading
from collections.abc import Callable

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from hub.inbox import EngineStuck
from hub.web.asking import Asker, asker, desk_of, is_logged_in
from hub.web.desk import HEALTH_S, Desk
from hub.web.live import messages

router = APIRouter()
TURN = "turn"  # the command that asks for nothing but an answer
ASKING_AT_ONCE = 4
_ASKING = threading.BoundedSemaphore(ASKING_AT_ONCE)


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
    """200 only after a real turn of the engine: asks through the inbox, as a person would. Of many
    who ask at once only a few are let through, because anybody may ask, and who waits for a stuck
    engine holds a thread that serves the board; the rest hear how long ago it turned."""
    desk = desk_of(request)
    if not _turns(desk):
        return JSONResponse({"ok": False, "reason": "the engine does not answer"}, 503)
    health = desk.reader.health()
    up = health.broker_up
    each = [link.is_up for link in health.links]
    said = {"ok": up, "engine": True, "broker": up, "brokers": each}
    return JSONResponse(said, 200 if up else 503)


def _turns(desk: Desk) -> bool:
    if not _ASKING.acquire(blocking=False):
        age_ms = desk.live.engine_age_ms()
        return age_ms is not None and age_ms < HEALTH_S * 1_000
    try:
        desk.inbox.ask(TURN, "", {}, HEALTH_S)
    except EngineStuck:
        return False
    finally:
        _ASKING.release()
    desk.live.turned()
    return True
