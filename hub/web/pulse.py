"""Asks the engine for a turn every few seconds, so that a quiet night still shows a live board.

Rule: only an answer that came through the inbox counts as life (P6). The question changes nothing:
the engine answers it and logs nothing.
"""

import asyncio
import functools

from starlette.concurrency import run_in_threadpool

from hub.inbox import EngineStuck, Inbox
from hub.web.live import Live

EVERY_S = 4.0  # three may be missed before a board turns red at 15 s
TURN = "turn"  # the command that asks for nothing but an answer


async def keep_asking(inbox: Inbox, live: Live, every_s: float = EVERY_S) -> None:
    """For as long as the app runs."""
    while True:
        try:
            await run_in_threadpool(functools.partial(inbox.ask, TURN, "", {}, every_s))
            live.turned()
        except EngineStuck:
            # The board says how long ago the last turn was; the next question may be answered.
            continue
        await asyncio.sleep(every_s)
