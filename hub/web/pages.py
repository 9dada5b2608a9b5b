"""Renders pages and fragments: one Jinja2 environment, escaped, strict about missing names."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.web.asking import Asker, desk_of
from hub.web.views import times
from hub.web.views.head import head
from hub.web.views.scene import Scene

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"

ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.globals.update(ahead=times.ahead, ago=times.ago, soon=times.soon, span=times.span)


def page(
    request: Request, template: str, who: Asker, scene: Scene, status: int = 200, **words: Any
) -> HTMLResponse:
    """A whole page for somebody who is logged in."""
    told = {"wall": False, "done": request.query_params.get("done", "")[:200], **words}
    html = ENVIRONMENT.get_template(template).render(
        scene=scene,
        head=head(scene),
        me=who.person,
        csrf=who.session.csrf,
        path=request.url.path,
        **told,
    )
    return HTMLResponse(html, status)


def fragment(template: str, who: Asker, scene: Scene, **words: Any) -> HTMLResponse:
    """A piece of a page, the same template that the page includes."""
    html = ENVIRONMENT.get_template(template).render(
        scene=scene, head=head(scene), me=who.person, csrf=who.session.csrf, **words
    )
    return HTMLResponse(html)


def plain(request: Request, template: str, status: int = 200, **words: Any) -> HTMLResponse:
    """A page for somebody who is not logged in: no scene, no names."""
    desk = desk_of(request)
    html = ENVIRONMENT.get_template(template).render(
        simulation=desk.simulation, organisation=desk.reader.genesis.organisation, **words
    )
    return HTMLResponse(html, status)
