"""Who is on duty, who is who, and danger told by phone: the words and forms of those pages."""

from dataclasses import dataclass

from hub.web.views import calling
from hub.web.views.commands import has_phrase, how_known
from hub.web.views.fields import Field, Form
from hub.web.views.scene import Line, Scene, line


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One duty: who has it, and whether that is who is looking."""

    id: str
    name: str
    holders: tuple[str, ...]
    mine: bool


def roles(scene: Scene) -> tuple[str, ...]:
    """The roles that are a duty of this procedure, and any that somebody has now."""
    named = [role.id for role in scene.policy.roles if role.source_of_people == "duty"]
    return tuple(dict.fromkeys([*named, *scene.duty]))


def rows(scene: Scene) -> tuple[RoleRow, ...]:
    """DC-monitor: everybody sees who is monitor and who is manager today."""
    return tuple(
        RoleRow(
            role,
            scene.role_name(role),
            tuple(scene.person_name(person) for person in scene.duty.get(role, ())),
            scene.viewer in scene.duty.get(role, ()),
        )
        for role in roles(scene)
    )


def duty(scene: Scene) -> Form:
    """Who is on duty is told to the hub by whoever knows."""
    people = tuple((p.id, p.name) for p in scene.people.values() if p.active)
    known = tuple((role, scene.role_name(role)) for role in roles(scene))
    fields = (
        Field("person", "Who", "choice", True, people),
        Field("role", "Duty", "choice", True, known),
        Field("on", "What", "yesno", True, (("yes", "goes on duty"), ("no", "goes off duty"))),
    )
    return Form("take_duty", "Duty", "Record it", "/duty", fields)


def danger(scene: Scene) -> Form:
    """HM-7.3: a call about somebody, wherever she is, on a visit or not."""
    people = tuple((p.id, p.name) for p in scene.people.values() if p.active)
    in_force = scene.today.phrases or any(scene.of(v).policy.phrases for v in scene.visits)
    phrase = bool(in_force) or any(has_phrase(scene, person) for person, _ in people)
    fields = (
        Field("worker", "Who is in danger", "choice", True, people),
        how_known(phrase),
        Field("note", "What was said", "area"),
    )
    hint = "Do not ring her back: the aggressor may hear both sides."
    return Form("report_danger", "Somebody is in danger", "Raise the alarm", "/danger", fields,
                css="danger", hint=hint, told=calling.phrases(scene))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colleague:
    id: str
    name: str
    roles: str
    lines: tuple[Line, ...]


def numbers(scene: Scene) -> tuple[Colleague, ...]:
    """HM-7.2: colleagues' work numbers; whoever is on duty first. Own mobiles and next of kin are
    not here."""
    found = [
        (
            not any(p.id in people for people in scene.duty.values()),
            p.name,
            Colleague(p.id, p.name, _on_duty(scene, p.id), tuple(line(t) for t in p.phones)),
        )
        for p in scene.people.values()
        if p.active
    ]
    return tuple(row for _, _, row in sorted(found, key=lambda each: each[:2]))


def _on_duty(scene: Scene, person: str) -> str:
    held = [scene.role_name(role) for role, people in scene.duty.items() if person in people]
    return f"on duty: {', '.join(held)}" if held else ""
