"""The forms for planning: a visit, an unplanned one told by phone, a meeting, a day, a building.

Rule: the form asks for facts; what follows from them is for the policy (HM-2.2 to HM-2.6, HM-4.0).
Only the facts that the running procedure reads are asked for.
"""

from collections.abc import Callable
from dataclasses import replace

from hub.policy.model import Policy
from hub.rules.facts import PLAN_FACTS
from hub.rules.requirements import OF_A_CLIENT
from hub.web.views import times
from hub.web.views.commands import COVERAGE, THEN
from hub.web.views.fields import Field, Form, Reading
from hub.web.views.scene import Scene

HOUR_MS = 3_600_000
QUICK_MS = 45 * 60_000  # an unplanned visit's end, until she says another
UNPLANNED = "unplanned"
# What is planned -> (words, what the page says of it)
KINDS = {
    "visit": ("A visit", "At a client's home, or another place with an address."),
    UNPLANNED: ("Unplanned, by phone", "She is out and rings: who, where, until when."),
    "meeting": ("A meeting in the office", "With a client, in the office."),
    "site": ("Alone in the building", "Somebody is alone in our own building."),
    "day": ("A day out", "Out for most of the day: asked after between her visits."),
}
# Known from the kind, the calendar or the client's record: nobody is asked.
NOT_ASKED = frozenset(
    {"out_of_hours", "after_dark", "unplanned", "on_site", "office_meeting", "day_entry",
     "other_venue"}
)  # fmt: skip
FACTS_FOR = {
    "visit": frozenset(PLAN_FACTS) - {"opening_up"},
    "meeting": frozenset({"first_meeting", "risk_flag", "recent_violence", "concern",
                          "too_great_for_one"}),
    "site": frozenset({"opening_up", "concern"}),
    "day": frozenset({"concern"}),
    UNPLANNED: frozenset({"first_meeting", "risk_flag", "recent_violence", "concern"}),
}  # fmt: skip
ALWAYS_ASKED = ("first_meeting", "risk_flag", "recent_violence", "concern")
ASKS = {
    "first_meeting": "First meeting with this client",
    "risk_flag": "A risk on the referral or the assessment",
    "recent_violence": "Recent violence or threats",
    "concern": "The worker has a concern of any kind",
    "opening_up": "She is the first to open the building",
    "remote_tracker": "Worker and tracker are not in the same office",
    "too_great_for_one": "The risk is too great for one person",
    "must_not_be_left": "Somebody there must not be left alone",
    "last_of_day": "Her last visit of the day",
    "significant_risk": "A significant risk that is not yet dealt with",
    "pairs_place": "The place calls for two workers",
    "no_recent_contact": "Nobody has been in touch with the client lately",
}
FACTS_GROUP = "What is known"
AGREED_GROUP = "Who knows of it"
MORE_GROUP = "More, where it applies"


def facts_read(policy: Policy) -> frozenset[str]:
    """The plan facts that some row of the procedure looks at."""
    rows = (*policy.choices, *policy.gates, *policy.timers, *policy.instructions)
    named = {fact for row in rows for key in ("when", "unless", "until")
             for fact in getattr(row, key, ())}  # fmt: skip
    return frozenset(named & set(PLAN_FACTS))


def requirements(policy: Policy) -> frozenset[str]:
    """What the gates of planning and of setting out ask for."""
    rows = (*policy.gates_for.get("plan_visit", ()), *policy.gates_for.get("start_out", ()),
            *policy.gates_for.get("confirm_arrival", ()))  # fmt: skip
    return frozenset(name for gate in rows for name in gate.requires)


def plan(scene: Scene, kind: str = "visit", worker: str = "") -> Form:
    """The form of that kind. Facts, gates and words are the policy's. `worker`: who is chosen."""
    fields = (*_MAKERS[kind](scene), *_facts(scene, kind))
    if worker in scene.people:
        fields = tuple(
            replace(field, value=worker) if field.name == "workers" else field for field in fields
        )
    fixed: dict[str, str | int | bool] = {"kind": "visit" if kind == UNPLANNED else kind}
    if kind == UNPLANNED:
        fixed |= {"unplanned": True, "start_ms": scene.now_ms}
    if kind in ("site", "meeting"):
        fixed["then"] = "next"
    button = "Enter it" if kind in ("site", "meeting", "day") else "Plan the visit"
    told = tuple(row.text for row in scene.policy.instructions if "command:plan_visit" in row.at)
    return Form("plan_visit", KINDS[kind][0], button, f"/plan?kind={kind}", fields, fixed,
                told=told)  # fmt: skip


def _people(scene: Scene, roles: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    return tuple(
        (p.id, p.name)
        for p in scene.people.values()
        if p.active and (not roles or set(roles) & set(p.roles))
    )


def agreeing(scene: Scene) -> tuple[tuple[str, str], ...]:
    """Who may agree to a lone visit, by the gate that asks for it."""
    gates = scene.policy.gates_for.get("plan_visit", ())
    roles = tuple(role for g in gates if "manager_agreed" in g.requires for role in g.roles)
    return _people(scene, roles)


def _workers(scene: Scene) -> Field:
    return Field("workers", "Who goes", "many", True, _people(scene))


def _clients(scene: Scene, required: bool = True) -> Field:
    options = tuple((c.id, f"{c.code}, {c.area}") for c in scene.clients.values())
    return Field("client", "Client", "choice", required, options)


def _times(scene: Scene) -> tuple[Field, ...]:
    start_ms = (scene.now_ms // HOUR_MS + 1) * HOUR_MS
    start, end = (times.for_input(ms, scene.zone) for ms in (start_ms, start_ms + HOUR_MS))
    return (
        Field("start_ms", "Starts", "datetime", True, (), start),
        Field("end_ms", "Ends (about)", "datetime", True, (), end),
    )


def _tracker(scene: Scene) -> Field:
    needs = any("tracker" in g.requires for g in scene.policy.gates_for.get("confirm_arrival", ()))
    hint = "No tracker, no visit." if needs else "Who is rung, and rings."
    return Field("tracker", "Tracker or buddy", "choice", False, _people(scene), "", hint)


def _visit(scene: Scene) -> tuple[Field, ...]:
    """What the diary needs first; what only some visits have stands folded, unless a gate asks."""
    return (
        _workers(scene),
        _clients(scene),
        Field("area", "Area, as the board shows it", hint="Empty: the client's own."),
        Field("purpose", "Purpose", required=True, value="home visit"),
        *_times(scene),
        _tracker(scene),
        Field("then", "Then", "choice", True, THEN, "base"),
        *_agreed(scene),
        *_more(scene),
    )


def _agreed(scene: Scene) -> tuple[Field, ...]:
    """Who has agreed, looked something up or goes along: as far as the gates ask."""
    asked = requirements(scene.policy)
    people = _people(scene)
    fields = {
        "manager_agreed": Field("manager_agreed", "Manager who agreed to a lone visit", "choice",
                                False, agreeing(scene), group=AGREED_GROUP),
        "second_person": Field("second_person", "Who is with her", "choice", False, people,
                               group=AGREED_GROUP),
        "risk_checked": Field("risk_checked", "Who looked the client's risks up", "choice", False,
                              people, group=AGREED_GROUP),
        "warning_checked": Field("warning_checked", "Who looked the client up in the warning "
                                 "system", "choice", False, people, group=AGREED_GROUP),
    }  # fmt: skip
    return tuple(field for name, field in fields.items() if name in asked)


def _more(scene: Scene) -> tuple[Field, ...]:
    asked, read = requirements(scene.policy), facts_read(scene.policy)
    times_wanted = "check_in_time" in asked
    wanted = {"expected_back_ms": times_wanted, "check_in_ms": times_wanted,
              "coverage": "coverage_known" in asked, "agreed_end_ms": "coverage_known" in asked,
              "rating": "rating" in asked}  # fmt: skip
    fields = (
        Field("check_in_ms", "Checks in at", "datetime"),
        Field("expected_back_ms", "Expected back or home at", "datetime"),
        Field("rating", "Risk rating", hint="Empty: the one on the client's record."),
        Field("coverage", "Phone coverage there", "choice", False, COVERAGE, "unknown"),
        Field("agreed_end_ms", "Agreed end, if coverage is poor", "datetime"),
        Field("venue", "Another place than the client's home", hint="What kind of appointment, and "
              "the full address. A link to a map alone is refused."),
        Field("relief_ms", "The relief comes at", "datetime"),
    )  # fmt: skip
    return tuple(
        field if wanted.get(field.name) else replace(field, group=MORE_GROUP, folded=True)
        for field in fields
        if field.name != "relief_ms" or "must_not_be_left" in read
    )


def _unplanned(scene: Scene) -> tuple[Field, ...]:
    """DC-unplanned: as short as a call in a hallway. Whoever answers looks the risks up."""
    return (
        _workers(scene),
        _clients(scene),
        Field("end_ms", "She is done by", "time", True, (),
              times.clock(scene.now_ms + QUICK_MS, scene.zone)),
        Field("then", "Then", "choice", True, THEN, "base"),
        Field("tracker", "Tracker or buddy", "choice", False, _people(scene), scene.viewer),
        Field("risk_checked", "Who has just looked the client's risks up", "choice", False,
              _people(scene), "", "No flag does not mean safe. Nobody looked, no visit."),
        Field("purpose", "Purpose", required=True, value="unplanned visit"),
    )  # fmt: skip


def _meeting(scene: Scene) -> tuple[Field, ...]:
    return (
        _workers(scene),
        _clients(scene),
        Field("area", "Room", required=True, hint="As the board shows it."),
        Field("purpose", "Purpose", required=True, value="meeting"),
        *_times(scene),
        Field("second_person", "Second person present", "choice", False, _people(scene)),
        Field("manager_agreed", "Manager who agreed", "choice", False, agreeing(scene)),
        _tracker(scene),
    )


def _site(scene: Scene) -> tuple[Field, ...]:
    """LF-site, SU-site: start, buddy, interval, the message on leaving."""
    return (
        _workers(scene),
        *_building(scene),
        Field("area", "Building", required=True, hint="As the board shows it."),
        Field("purpose", "What for", required=True, value="working alone"),
        *_times(scene),
        _tracker(scene),
        Field("check_in_ms", "Checks in at", "datetime"),
        Field("manager_agreed", "Manager who agreed", "choice", False, agreeing(scene)),
    )


def _building(scene: Scene) -> tuple[Field, ...]:
    """Which entry on file it is, where a gate asks about it as about a client's home (SU-site)."""
    gates = scene.policy.gates_for.get("plan_visit", ())
    asked = {name for g in gates if "on_site" in g.when for name in g.requires}
    return (_clients(scene),) if asked & OF_A_CLIENT else ()


def _day(scene: Scene) -> tuple[Field, ...]:
    """DC-interval: what is asked between her visits."""
    return (
        _workers(scene),
        Field("area", "Where, in a word", required=True, value="out for the day"),
        Field("purpose", "What for", required=True, value="visits"),
        *_times(scene),
        Field("expected_back_ms", "Expected back or home at", "datetime", False, (),
              hint="Empty: at the end."),
        Field("then", "Then", "choice", True, THEN[:2], "base"),
        _tracker(scene),
    )  # fmt: skip


_MAKERS: dict[str, Callable[[Scene], tuple[Field, ...]]] = {
    "visit": _visit,
    UNPLANNED: _unplanned,
    "meeting": _meeting,
    "site": _site,
    "day": _day,
}


def _facts(scene: Scene, kind: str) -> tuple[Field, ...]:
    """The questions that choose the level, gates and timers: those the procedure reads."""
    read = facts_read(scene.policy) | set(ALWAYS_ASKED)
    wanted = FACTS_FOR[kind] & read - NOT_ASKED
    if kind == "site":
        wanted |= {"opening_up"}
    return tuple(
        Field(name, ASKS.get(name, PLAN_FACTS[name]), "flag", group=FACTS_GROUP)
        for name in PLAN_FACTS
        if name in wanted
    )


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
    return Reading(False, asked.data, asked.form.wrong("end_ms", said))
