"""The panel's page and its few requests: edges of buttons, acts on the world, one stream back.

The rule it keeps: an answer says what was really done, or why not in words for a person.
"""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, Field

from hub.web.pages import STATIC as HUB_STATIC
from simulator.live.stage import Stage
from simulator.panel import hand, trainer
from simulator.panel.acts import Acts, Order, Refused
from simulator.panel.hand import Hand
from simulator.panel.shown import Shown

HERE = Path(__file__).resolve().parent
PAGE_ID = r"^[a-z0-9-]{1,40}$"
LATEST_MS = 2**53  # of a page's clock
EDGES_MAX = 64

ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


class EdgeGiven(BaseModel):
    button: Literal["a", "d", "s"]
    down: bool
    at_ms: int = Field(ge=0, le=LATEST_MS)


class Edges(BaseModel):
    who: str
    page: str = Field(pattern=PAGE_ID)
    edges: list[EdgeGiven] = Field(max_length=EDGES_MAX)


class Act(BaseModel):
    act: str
    who: str = ""
    value: str = ""


def make(
    stage: Stage, shown: Shown, acts: Acts, hands: Mapping[str, Hand], words: Mapping[str, Any]
) -> FastAPI:
    """`words`: what the template says that does not change while the panel runs."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    here: list[str] = []  # the pages whose stream is open, one name for each; of the loop's thread

    @app.get("/")
    def page() -> Response:
        html = ENVIRONMENT.get_template("panel.html").render(**words)
        return HTMLResponse(html, headers={"cache-control": "no-store"})

    @app.get("/stream")
    async def stream(page: str = Query(pattern=PAGE_ID)) -> Response:
        """While it is open the page is there; when it ends, so do the page's fingers."""

        async def told() -> AsyncIterator[bytes]:
            here.append(page)
            try:
                async for message in shown.messages():
                    yield message
            finally:
                here.remove(page)
                for each in hands.values():
                    each.let_go(page)

        headers = {"cache-control": "no-store"}
        return StreamingResponse(told(), media_type="text/event-stream", headers=headers)

    @app.post("/edges", status_code=204)
    async def edges(given: Edges) -> None:
        """Only of a page that is here: nobody would lift the finger of one that has gone."""
        if given.page not in here:
            raise HTTPException(409, "a page that hears nothing presses nothing")
        if given.who not in hands:
            raise HTTPException(404, f"nobody called {given.who!r} wears a pendant")
        found = [hand.Edge(each.button, each.down, each.at_ms) for each in given.edges]
        hands[given.who].press(given.page, found)

    @app.post("/acts")
    async def act(given: Act) -> Response:
        try:
            said = await acts.ask(Order(given.act, given.who, given.value))
        except Refused as refused:
            return JSONResponse({"ok": False, "said": str(refused)}, 409)
        shown.changed()
        return JSONResponse({"ok": True, "said": said})

    @app.get("/trainer/{who}")
    def drawer(who: str) -> Response:
        if who not in hands:
            raise HTTPException(404, f"nobody called {who!r} wears a pendant")
        return JSONResponse(trainer.drawer(stage, who, list(shown.heard)))

    app.mount("/static", StaticFiles(directory=HERE / "static"))
    app.mount("/look", StaticFiles(directory=HUB_STATIC))  # the hub's own colours and type
    return app
