"""Everything that can happen to a visit, as small acts that a machine or a loop may draw from."""

from collections.abc import Iterator

from hub.rules import alarm as alarm_rules
from hub.rules import tasks
from hub.rules import visit as visit_rules
from hub.rules.kinds import COMMANDS, HUB_EVENTS, PENDANT_EVENTS
from hub.rules.model import Event
from tests.stories.world import NINE, Value, World

GESTURES = ("a-short", "a-double", "a-hold", "d-short", "d-double", "d-hold", "sos-hold",
            "sos-let-go", "chord", "chord-broken", "none")  # fmt: skip
READ_BACK: dict[str, Value] = {"place": "1 Some Street", "name": "A Client"}
# What a person might enter with each command; wrong ones are in here on purpose.
ENTERED: dict[str, tuple[dict[str, Value], ...]] = {
    "confirm_arrival": (READ_BACK, {}),
    "record_contact": (
        {"means": "work-mobile", "reached": True},
        {"means": "answerphone", "reached": True},
        {"means": "client-mobile", "reached": False},
    ),
    "stand_down": ({}, {"means": "work-mobile"}),
    "carry_on": ({"every_min": 30}, {"every_min": "soon"}),
    "extend": ({"end_ms": NINE + 10_800_000, "means": "work-mobile"}, {"end_ms": 1}),
    "confirm_departure": ({}, {"then": "home"}, {"then": "next"}),
    "name_tracker": ({"tracker": "tess"}, {"tracker": "kim"}, {}),
    "set_coverage": ({"coverage": "poor"}, {"coverage": "good"}),
    "report_danger": ({"how": "coded-phrase"}, {}),
    "reschedule": ({"start_ms": NINE + 7_200_000, "end_ms": NINE + 10_800_000}, {}),
}
BY_OTHERS_ONLY = frozenset(
    {"confirm_arrival", "record_contact", "stand_down", "carry_on", "extend", "confirm_departure",
     "confirm_home", "cancel", "reschedule"}
)  # fmt: skip


def every_event(at_ms: int, by: str = "tess") -> Iterator[Event]:
    """One or more of each kind that there is, for Kim's part."""
    for kind in PENDANT_EVENTS:
        yield Event(kind, at_ms, "kim", "v1", "kim", "p-kim", "00000000000000ab.9",
                    {"prompt": "x-1", "minutes": 15})  # fmt: skip
    for kind in COMMANDS:
        for entered in ENTERED.get(kind, ({},)):
            yield Event(kind, at_ms, by, "v1", "kim", data=entered)
    for kind in HUB_EVENTS:
        yield Event(kind, at_ms, "", "v1", "kim", "p-kim", data={"timer": "call-back"})


def check(world: World) -> None:
    """The invariants of P3 to P5 that hold at every moment."""
    for alarm in world.alarms.values():
        if alarm.state == "resolved":
            assert alarm.resolved_by not in ("", *alarm.interested), "resolved by nobody or herself"
            assert not alarm.next_ms
            assert not tasks.open_tasks(alarm), (
                f"{alarm.kind} is over, a task of it is not (HM-5.2)"
            )
            assert alarm.case or not alarm.cases, "over, and nobody has said which case it was"
        else:
            assert alarm.next_ms > 0, f"{alarm.kind} is open and nothing happens next (P3)"
            timers = {each.timer for each in alarm_rules.deadlines(alarm)}
            assert timers == {"next", *(f"task:{task.id}" for task in tasks.open_tasks(alarm))}
            spared = [task for task in alarm.tasks if task.state == "spared"]
            assert not spared or alarm.state == "owned", "a task is spared and nobody has the alarm"
            assert alarm.state == "open" or alarm.owner not in ("", *alarm.interested)
            assert alarm.lease_until_ms - alarm.leased_ms <= alarm.ladder.lease_ms or (
                alarm.state == "open"
            )
    if world.visit is None:
        return
    due = visit_rules.deadlines(world.policy, world.visit)
    raising = {d.worker for d in due if world.policy.timer[d.timer].action == "raise"}
    workers = {part.worker for part in world.visit.parts}
    for part in world.visit.parts:
        if part.phase not in ("closed", "cancelled"):
            assert part.worker in raising, f"nobody watches {part.worker} in {part.phase} (P5)"
        if part.phase == "inside":
            assert "confirmed" in part.anchors, "inside, but no person let her in (P5)"
        if part.go_in:
            assert "confirmed" in part.anchors, "may go in, but no person has confirmed (P5)"
        for mark in part.marks:
            assert mark.by not in ("", *workers), f"{mark.letter} was earned by herself (P5)"
