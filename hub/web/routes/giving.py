"""The one way from a posted form to the engine: read it, ask, say what the page shows then.

Rule: what was typed is never lost: a wrong or refused form comes back as it was, with the reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from hub.inbox import Answer
from hub.web.asking import Asker
from hub.web.desk import Desk
from hub.web.pages import page
from hub.web.views import fields, passing
from hub.web.views.fields import Form, Reading
from hub.web.views.scene import Scene

UNREADABLE, REFUSED, DONE = 422, 409, 303
Prepare = Callable[[Reading], Reading]


@dataclass(frozen=True, slots=True)
class Given:
    """`form` is what stands on the page again; when `done` nothing does."""

    form: Form
    status: int
    answer: Answer

    @property
    def done(self) -> bool:
        return self.status == DONE


def give(
    desk: Desk,
    who: Asker,
    scene: Scene,
    form: Form,
    typed: Mapping[str, str],
    version: int | None = None,
    prepare: Prepare = fields.as_it_is,
) -> Given:
    """The form's command, by this person. `prepare`: what only the whole form can tell."""
    form = passing.asked_again(scene, form, typed)
    asked = passing.reasoned(prepare(fields.read(form, typed, scene.now_ms, scene.zone)))
    if not asked.ok:
        return Given(asked.form, UNREADABLE, Answer(False, ""))
    answer = desk.ask(form.kind, who.person.id, asked.data, version)
    if answer.ok:
        return Given(asked.form, DONE, answer)
    again = replace(asked.form, refused=answer.reason)
    gate = passing.passable(scene, form.kind, answer.gate)
    return Given(passing.with_pass(again, gate) if gate else again, REFUSED, answer)


def after(given: Given, url: str, said: str = "") -> Response:
    """To the page that shows it, with a word of what was done."""
    joined = "&" if "?" in url else "?"
    return RedirectResponse(f"{url}{joined}done={quote(said or given.form.title)}", DONE)


def one_form(
    request: Request,
    who: Asker,
    scene: Scene,
    template: str,
    given: Given,
    url: str,
    said: str,
    **words: object,
) -> Response:
    """For a page that is one form: itself again, or `url`."""
    if given.done:
        return after(given, url, said)
    return page(request, template, who, scene, given.status, form=given.form, **words)
