"""The form for planning a visit (HM-2.2 to HM-2.6, HM-4.0) and for taking a duty."""

from dataclasses import replace

from hub.web.views import times
from hub.web.views.commands import COVERAGE, DANGERS, THEN
from hub.web.views.fields import Field, Form, Reading
from hub.web.views.scene import Scene

HOUR_MS = 3_600_000


def plan(scene: Scene) -> Form:
    """Which facts make it enhanced is for the policy: the form asks for the facts."""
    start_ms = (scene.now_ms // HOUR_MS + 1) * HOUR_MS
    people = tuple((p.id, p.name) for p in scene.people.values() if p.active)
    clients = tuple((c.id, f"{c.code}, {c.area}") for c in scene.clients.values())
    fields = (
        Field("workers", "Who goes", "many", True, people),
        Field("client", "Client", "choice", True, clients),
        Field("area", "Area, as the board shows it", hint="Empty: the client's own."),
        Field("purpose", "Purpose", required=True, value="home visit"),
        Field("start_ms", "Starts", "datetime", True, (), times.for_input(start_ms, scene.zone)),
        Field("end_ms", "Ends (about)", "datetime", True, (),
              times.for_input(start_ms + HOUR_MS, scene.zone)),
        Field("tracker", "Tracker", "choice", False, people, "", "No tracker, no visit."),
        Field("then", "Then", "choice", True, THEN, "base"),
        Field("first_meeting", "First meeting with this client", "flag"),
        Field("risk_flag", "A risk on the referral or the assessment", "flag"),
        Field("recent_violence", "Recent violence or threats", "flag"),
        Field("concern", "The worker has a concern of any kind", "flag"),
        Field("rating", "Risk rating", hint="Empty: the one on the client's record."),
        Field("coverage", "Phone coverage there", "choice", False, COVERAGE, "unknown"),
        Field("agreed_end_ms", "Agreed end, if coverage is poor", "datetime"),
        Field("manager_agreed", "Manager who agreed to a lone visit", "choice", False, people),
    )  # fmt: skip
    return Form("plan_visit", "Plan a visit", "Plan the visit", "/plan", fields)


def in_order(asked: Reading, now_ms: int) -> Reading:
    """What each time alone cannot show is told at the field that has to change."""
    start_ms, end_ms = asked.data.get("start_ms"), asked.data.get("end_ms")
    if not isinstance(start_ms, int) or not isinstance(end_ms, int):
        return asked
    if end_ms <= start_ms:
        said = "The end must be after the start."
    elif end_ms <= now_ms:
        said = "This is past already."
    else:
        return asked
    told = tuple(replace(f, error=said) if f.name == "end_ms" else f for f in asked.form.fields)
    return replace(asked, ok=False, form=replace(asked.form, fields=told))


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
    fields = (
        Field("worker", "Who is in danger", "choice", True, people),
        Field("how", "How do you know", "choice", True, DANGERS),
        Field("note", "What was said", "area"),
    )
    hint = "Do not ring her back: the aggressor may hear both sides."
    return Form("report_danger", "Somebody is in danger", "Raise the alarm", "/danger", fields,
                css="danger", hint=hint)  # fmt: skip


def roles(scene: Scene) -> tuple[str, ...]:
    """The roles that are a duty: those of the policy, and any that somebody may hold."""
    named = [role.id for role in scene.policy.roles if role.source_of_people == "duty"]
    held = sorted({role for person in scene.people.values() for role in person.roles})
    held = [role for role in held if role not in scene.policy.role]
    return tuple(dict.fromkeys([*named, *scene.duty, *held]))
