"""Which forms stand on a visit's page, by phase and kind of entry, the next step first.

Rule: what is offered is a help for tired people; whether it is allowed is for the rules to say.
"""

from collections.abc import Callable
from dataclasses import replace

from hub.rules.facts import test_of
from hub.rules.model import Part, Visit
from hub.web.views import arrangements, commands
from hub.web.views.fields import Form
from hub.web.views.scene import Scene

Maker = Callable[[Scene, Visit, Part], Form]
MAKERS: dict[str, Maker] = {
    "start_out": commands.start_out,
    "confirm_arrival": commands.confirm_arrival,
    "refuse_entry": commands.refuse_entry,
    "record_contact": commands.record_contact,
    "stand_down": commands.stand_down,
    "carry_on": commands.carry_on,
    "abandon": commands.abandon,
    "extend": commands.extend,
    "confirm_departure": commands.confirm_departure,
    "confirm_home": commands.confirm_home,
    "cancel": arrangements.cancel,
    "name_tracker": arrangements.name_tracker,
    "set_coverage": arrangements.set_coverage,
    "report_danger": commands.report_danger,
    "agree_tracking": arrangements.agree_tracking,
    "check_risk": arrangements.check_risk,
    "reschedule": arrangements.reschedule,
    "relief_came": arrangements.relief_came,
    "report_signs": arrangements.report_signs,
    "rebase": arrangements.rebase,
}

# phase -> the forms in the order of likelihood; the first is the step that stands large.
OFFERED: dict[str, tuple[str, ...]] = {
    "planned": ("start_out", "confirm_arrival", "agree_tracking", "check_risk", "name_tracker",
                "set_coverage", "record_contact", "reschedule", "report_signs", "report_danger",
                "rebase", "cancel"),
    "on-the-way": ("confirm_arrival", "agree_tracking", "check_risk", "record_contact",
                   "name_tracker", "set_coverage", "reschedule", "report_signs", "report_danger",
                   "rebase", "cancel"),
    "at-door": ("confirm_arrival", "refuse_entry", "record_contact", "report_signs",
                "name_tracker", "abandon", "report_danger", "rebase"),
    "inside": ("record_contact", "stand_down", "carry_on", "confirm_departure", "extend",
               "relief_came", "abandon", "name_tracker", "set_coverage", "report_danger",
               "rebase"),
    "broken-off": ("confirm_departure", "record_contact", "confirm_home", "reschedule",
                   "relief_came", "report_danger", "rebase"),
    "leaving": ("confirm_departure", "record_contact", "confirm_home", "relief_came",
                "report_danger", "rebase"),
    "going-home": ("confirm_home", "record_contact", "report_danger", "rebase"),
    "to-base": ("confirm_home", "record_contact", "report_danger", "rebase"),
    "closed": (),
    "cancelled": (),
}  # fmt: skip


def offered(scene: Scene, visit: Visit, part: Part) -> tuple[str, ...]:
    """Which forms the visit page shows for this part, the next step first."""
    scene = scene.of(visit)
    kinds = [kind for kind in OFFERED[part.phase] if _fits(scene, visit, part, kind)]
    if part.phase in ("planned", "on-the-way") and scene.needs_tracker(visit):
        kinds = ["name_tracker", *(kind for kind in kinds if kind != "name_tracker")]
    if visit.kind == "day" and part.phase == "to-base":
        # Out for the day: she is spoken with many times before she is back.
        kinds = ["record_contact", *(kind for kind in kinds if kind != "record_contact"), "extend"]
    return tuple(kinds)


def _fits(scene: Scene, visit: Visit, part: Part, kind: str) -> bool:
    """What only some entries need is offered only there."""
    asked = {
        name for gates in scene.policy.gates_for.values() for g in gates for name in g.requires
    }
    facts = {*visit.facts, *part.facts}
    only: dict[str, bool] = {
        "agree_tracking": bool(visit.tracker)
        and ("tracker_agreed" in asked or "remote_tracker" in facts),
        "check_risk": "risk_checked" not in facts
        and ("unplanned" in facts or "risk_checked" in asked),
        "relief_came": "must_not_be_left" in facts and "relieved" not in facts,
        "report_signs": visit.kind in ("visit", "site") and "signs_of_entry" not in facts,
        "rebase": scene.is_outdated(visit),
        "stand_down": visit.level in scene.policy.called_back_levels or bool(part.call_every_ms),
        "carry_on": any(
            timer.wait_agreed or timer.repeat_agreed
            for timer in scene.policy.timers_for(visit.level, part.phase)
        ),
        "set_coverage": visit.kind in ("visit", "day"),
    }
    return only.get(kind, True)


def form(scene: Scene, visit: Visit, part: Part, kind: str) -> Form:
    """The form of one command about one worker's part, with what the procedure says to it."""
    scene = scene.of(visit)
    made = MAKERS[kind](scene, visit, part)
    return replace(made, told=instructed(scene, visit, part, frozenset({f"command:{kind}"})))


def instructed(scene: Scene, visit: Visit, part: Part, moments: frozenset[str]) -> tuple[str, ...]:
    """What the procedure says at these moments to whoever watches (kind I of the clauses)."""
    return tuple(
        row.text if "worker" not in row.to or set(row.to) - {"worker"} else f"To her: {row.text}"
        for row in scene.policy.instructions
        if moments & set(row.at)
        and (not row.levels or visit.level in row.levels)
        and all(test_of(fact)(visit, part, 0) for fact in row.when)
    )
