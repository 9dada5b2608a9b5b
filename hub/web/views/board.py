"""The whereabouts board (HM-2.6, HM-2.7, HM-3.2, HM-3.5, HM-4.2.3), sorted by what to do next."""

from dataclasses import dataclass

from hub.rules.board import line as line_of
from hub.rules.model import Part, Visit
from hub.web.views import steps, times, words
from hub.web.views.device import device_words
from hub.web.views.scene import Scene

GROUPS = (
    ("act", "Act now"),
    ("coming", "Coming up"),
    ("well", "Well"),
    ("later", "Later"),
    ("ended", "Ended"),
)
ROW_CSS = {"act": "late", "coming": "due", "well": "", "later": "plan", "ended": "over"}
# How a letter is earned -> (what stands under it, what it says)
PLANNED = {
    "home_visit": ("visit", "A home visit"),
    "not_returning": ("home", "Not returning to the office"),
    "returning": ("base", "Returning to base"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the whiteboard. Not earned: dashed, with the time it is due."""

    letter: str
    text: str
    earned: bool
    late: bool
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One worker's part of one visit."""

    id: str
    url: str
    do_url: str
    css: str
    who: str
    level: str
    enhanced: bool
    place: str
    phase: str
    detail: str
    claims: tuple[str, ...]
    letters: tuple[Letter, ...]
    step: steps.Step
    device: str
    device_bad: bool
    beat_ms: int | None
    sounds: int
    turns: str  # its classes once its deadline has passed, for the page that counts down


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Board:
    groups: tuple[Group, ...]
    empty: bool


def board(scene: Scene) -> Board:
    """Every part of every visit the scene holds, most urgent first."""
    found: dict[str, list[tuple[tuple[int, int, str], Row]]] = {key: [] for key, _ in GROUPS}
    for visit in scene.visits:
        for part in visit.parts:
            row = row_of(scene, visit, part)
            found[row.step.group].append((_urgency(scene, visit, part, row), row))
    groups = []
    for key, title in GROUPS:
        rows = tuple(row for _, row in sorted(found[key], key=lambda pair: pair[0]))
        if rows:
            groups.append(Group(key, title, rows))
    return Board(tuple(groups), not groups)


def _urgency(scene: Scene, visit: Visit, part: Part, row: Row) -> tuple[int, int, str]:
    alarm = steps.worst_alarm(scene, visit, part)
    rank = words.alarm_rank(alarm.kind) if alarm else 9
    due = row.step.due_ms if row.step.due_ms is not None else visit.planned_start_ms
    if row.step.group == "ended":
        due = -visit.planned_end_ms
    return rank, due, row.id


def row_of(scene: Scene, visit: Visit, part: Part) -> Row:
    """One row, all its words, by the visit's own procedure."""
    scene = scene.of(visit)
    step = steps.next_step(scene, visit, part)
    device, bad, beat_ms = device_words(scene, part)
    alarm = steps.worst_alarm(scene, visit, part)
    loud = alarm is not None and words.alarm_rank(alarm.kind) == 1
    quiet_alarm = alarm is not None and not loud and alarm.state == "open"
    return Row(
        id=f"row-{visit.id}-{part.worker}",
        url=f"/visits/{visit.id}",
        do_url=step.url or f"/visits/{visit.id}" + (f"?do={step.do}" if step.do else ""),
        css=f"row {ROW_CSS[step.group]}{' sos' if loud else ''}".strip(),
        who=scene.person_name(part.worker),
        level=level_words(scene, visit),
        enhanced=line_of(scene.policy, visit, part).red,
        place=scene.place(visit),
        phase=words.phase_of(visit.kind, part.phase),
        detail=detail(scene, visit, part),
        claims=claim_words(scene, part),
        letters=letters(scene, visit, part),
        step=step,
        device=device,
        device_bad=bad,
        beat_ms=beat_ms,
        turns="row late" if step.group in ("coming", "well") else "",
        # The banner sings for what has a banner; the row for what has none.
        sounds=words.alarm_rank(alarm.kind) if alarm is not None and quiet_alarm else 0,
    )


def level_words(scene: Scene, visit: Visit) -> str:
    """Enhanced tracking · BO: the tracker's initials stand alongside (HM-2.7)."""
    name = scene.level_name(visit.level)
    if visit.tracker:
        return f"{name} · {scene.initials(visit.tracker)}"
    return f"{name} · no tracker yet" if scene.needs_tracker(visit) else name


def detail(scene: Scene, visit: Visit, part: Part) -> str:
    """10:20 to 11:20 · first visit · carry on every 60 min · then home"""
    zone = scene.zone
    start = times.when(visit.planned_start_ms, scene.now_ms, zone)
    said = [f"{start} to {times.clock(visit.planned_end_ms, zone)}"]
    if words.KINDS.get(visit.kind) and visit.kind != visit.level:
        said.append(words.KINDS[visit.kind].lower())
    if visit.purpose:
        said.append(visit.purpose)
    if part.stood_down:
        said.append("stood down")
    elif part.call_every_ms:
        every = times.span(part.call_every_ms).replace(" ", "\u00a0")
        said.append(f"a call every {every}")
    if visit.coverage == "poor":
        said.append("poor coverage")
    if visit.then in words.THEN and visit.kind in ("visit", "day"):
        said.append(words.THEN[visit.then])
    if scene.is_outdated(visit) and part.phase not in ("closed", "cancelled"):
        said.append(f"runs by {scene.procedure(visit)}")
    if len(visit.parts) > 1:
        others = [scene.person_name(p.worker) for p in visit.parts if p.worker != part.worker]
        said.append(f"with {words.together(others)}")
    return " · ".join(said)


def claim_words(scene: Scene, part: Part) -> tuple[str, ...]:
    """Claims as claims: what the pendant says, and that nobody has spoken with her (P5)."""
    heard_ms = part.anchors.get("contact", 0)
    newer = [claim for claim in part.claims if claim.at_ms > heard_ms]
    if not newer or part.phase in ("closed", "cancelled"):
        return ()
    claim = max(newer, key=lambda c: c.at_ms)
    what = words.CLAIMS.get(claim.kind, words.spoken(claim.kind))
    at = times.clock(claim.at_ms, scene.zone)
    return (f"{at} pressed “{what}”. Nobody has spoken with her.",)


def letters(scene: Scene, visit: Visit, part: Part) -> tuple[Letter, ...]:
    """A T D NR: earned with their times, the others dashed with the time they are due."""
    out = [
        Letter(
            mark.letter,
            times.clock(mark.at_ms, scene.zone),
            True,
            False,
            f"{mark.letter} at {times.clock(mark.at_ms, scene.zone)},"
            f" confirmed by {scene.person_name(mark.by)}",
        )
        for mark in part.marks
    ]
    if part.phase == "cancelled":
        return tuple(out)
    line = line_of(scene.policy, visit, part)
    letter_for = scene.policy.letter_for
    due_ms = {
        letter_for.get("confirm_arrival"): visit.planned_start_ms,
        letter_for.get("call_back"): call_due_ms(scene, visit, part),
        letter_for.get("confirm_departure"): line.until_ms,
    }
    # HM-2.6, SU-board: the whiteboard has these from the start, as they were planned.
    planned = {letter_for[key]: said for key, said in PLANNED.items() if key in letter_for}
    for letter in line.awaited:
        if letter in planned:
            text, title = planned[letter]
            out.append(Letter(letter, text, True, False, title))
        else:
            out.append(_awaited(scene, letter, due_ms.get(letter)))
    if part.call_every_ms and not part.stood_down and "called_back" in part.anchors:
        again_ms = call_due_ms(scene, visit, part)
        if again_ms is not None:
            out.append(_awaited(scene, letter_for.get("call_back", "T"), again_ms))
    order = [*letter_for.values()]
    return tuple(sorted(out, key=lambda each: (_place(order, each.letter), not each.earned)))


def _place(order: list[str], letter: str) -> int:
    """In the order the policy lists them: A T D NR."""
    return order.index(letter) if letter in order else len(order)


def call_due_ms(scene: Scene, visit: Visit, part: Part) -> int | None:
    """When the next call-back is due: its deadline, if the policy has one running."""
    due = [
        d.due_ms
        for d in scene.deadlines.get(visit.id, ())
        if d.worker in ("", part.worker)
        and (timer := scene.timer(d.timer)) is not None
        and timer.kind == "call_back_due"
    ]
    # Once it has fallen due the deadline is gone and the alarm stands for it.
    due += [
        alarm.raised_ms
        for alarm in scene.alarms
        if alarm.kind == "call_back_due" and alarm.visit == visit.id and alarm.worker == part.worker
    ]
    return min(due, default=None)


def _awaited(scene: Scene, letter: str, due_ms: int | None) -> Letter:
    if due_ms is None:
        return Letter(letter, "to come", False, False, f"{letter} not yet earned")
    at = times.clock(due_ms, scene.zone)
    late = due_ms <= scene.now_ms
    return Letter(letter, f"due {at}" if late else at, False, late,
                  f"{letter} not yet earned, due {at}")  # fmt: skip
