"""What somebody does about an alarm: takes it, tries to reach her, keeps it, sees it to its end.

Rule: it is resolved by who has spoken with her or stood beside her, or where nobody is to be spoken
with; while it is silent nobody rings her. Whoever cannot reach her sends somebody.
"""

from collections.abc import Generator
from typing import TYPE_CHECKING

from hub.rules.model import Alarm
from hub.web.views import alarm_page
from hub.web.views.fields import Form
from simulator.storm.people.course import Steps, Wish, pause
from simulator.storm.people.desk import Look
from simulator.storm.people.speaking import called, converse, fill_duties

if TYPE_CHECKING:
    from simulator.storm.people.operator import Job, Operator
    from simulator.storm.people.worker import Worker

TRIES_MAX = 25
SEND_AFTER = 3  # tries in vain
PATIENCE = 5  # while other alarms wait
LEASE_ENDS_MS = 75_000
SETTLE_MAX = 12
IN_NEED = ("sos", "duress", "duress_suspected", "coded_danger", "sos_aborted", "unverified_sos")


def attend(op: "Operator", job: "Job") -> Steps:
    """From the page to the end, or until somebody else has it."""
    alarm_id = _meant(op, job.about)
    for tried in range(TRIES_MAX):
        look = yield from op.look(alarm=alarm_id)
        alarm = None if look is None else look.alarm
        if look is None or alarm is None or alarm.state == "resolved":
            return
        if alarm.state == "owned" and alarm.owner != op.id and not (tried == 0 and op.twice()):
            return
        if alarm.owner != op.id or alarm.lease_until_ms - look.now_ms < LEASE_ENDS_MS:
            yield from op.acknowledge(alarm_id)
            if tried == 0 and op.forgets():
                return  # taken, and forgotten
        worker = op.crowd.wearer(alarm)
        if worker is None:
            yield from _nobodys(op, look, alarm)
            return
        if (yield from _tried(op, look, alarm, worker, tried)):
            yield from settle(op, alarm_id, spoke=True)
            return
        if op.wanted and tried >= PATIENCE and alarm.kind not in IN_NEED:
            return  # whoever is paged next tries on


def _meant(op: "Operator", alarm: str) -> str:
    """Some answer another alarm than the one that they were paged about."""
    if op.errs("wrong_page"):
        look = op.desk.look(op.id)
        others = [] if look is None else [each.id for each in look.scene.alarms]
        return op.random.choice(others) if others else alarm
    return alarm


def _nobodys(op: "Operator", look: Look, alarm: Alarm) -> Steps:
    """The hub's own trouble: what can be done about it is done."""
    if alarm.kind == "nobody_on_duty":
        yield from fill_duties(op, look)
    yield from settle(op, alarm.id, spoke=False)


def _tried(
    op: "Operator", look: Look, alarm: Alarm, worker: "Worker", tried: int
) -> Generator[Wish, object, bool]:
    """One try to reach her. Whether she was spoken with or seen, and is well."""
    crowd = op.crowd
    hushed = alarm_page.is_hushed(look.scene.of(look.visit), alarm, look.visit)
    if crowd.is_with(worker.id, alarm.id):
        yield from _recorded(op, look, "spoke", "in-person")
        if alarm.visit:
            yield from converse(op, worker, alarm.visit)
        return True
    if hushed:
        yield from tick(op, alarm.id)
        if alarm.silent:
            crowd.send_to(worker.id)
            yield from _recorded(op, look, "no-answer", "direct-line")
        yield from pause(op.between(45, 80))
        return False
    outcome = yield from called(op, worker, "work-mobile")
    if outcome == "phrase":
        yield from phrase_heard(op, worker, alarm.visit)
        return False
    if outcome == "spoke" and not worker.danger:
        if alarm.visit:
            yield from converse(op, worker, alarm.visit)
        if alarm.kind in IN_NEED or not alarm.visit:
            yield from _recorded(op, look, outcome)
        return True
    yield from _recorded(op, look, outcome)
    if outcome == "spoke" or tried + 1 >= SEND_AFTER or alarm.kind in IN_NEED:
        crowd.send_to(worker.id)
        yield from tick(op, alarm.id)
    yield from pause(op.between(35, 75))
    return False


def phrase_heard(op: "Operator", worker: "Worker", visit: str, called: bool = False) -> Steps:
    """Her words mean danger: they are entered, and nothing is said of it (HM-5.1, SU-false).
    `called`: she has rung, not we."""
    look = yield from op.look(visit=visit)
    script = None if look is None else look.script_form(worker.id, "in" if called else "out")
    if look is not None and script is not None and op.random.random() < 0.5:
        yield from op.give(look, script, {"answer": "phrase"})
        return
    form = None if look is None else look.form(worker.id, "report_danger")
    if look is None or form is None:
        return
    how = next(field for field in form.fields if field.name == "how")
    coded = [value for value, _ in how.options if value == "coded-phrase"]
    yield from op.give(look, form, {"how": coded[0] if coded else "call"})


def _recorded(op: "Operator", look: Look, outcome: str, means: str = "") -> Steps:
    """An attempt, on the alarm's page: it renews the lease (P3)."""
    form = next((each for each in look.alarm_forms() if each.kind == "record_contact"), None)
    if form is None:
        return
    line = next(field for field in form.fields if field.name == "means")
    offered = [value for value, _ in line.options]
    if means not in offered:
        means = line.value or offered[0]
    yield from op.give(look, form, {"result": outcome, "means": means})


def tick(op: "Operator", alarm: str) -> Steps:
    """Whatever the procedure asks for by hand is done and ticked off."""
    for _ in range(SETTLE_MAX):
        look = yield from op.look(alarm=alarm)
        form = None if look is None else _first(look.alarm_forms(), "do_task")
        if look is None or form is None:
            return
        answer = yield from op.give(look, form, {"reference": f"ref {op.random.randrange(10_000)}"})
        if answer is None:
            yield from pause(op.between(5, 20))


def settle(op: "Operator", alarm: str, spoke: bool) -> Steps:
    """It is over: which case it was, what was still to be done, and how it ended."""
    for _ in range(SETTLE_MAX):
        look = yield from op.look(alarm=alarm)
        if look is None or look.alarm is None or look.alarm.state == "resolved":
            return
        forms = look.alarm_forms()
        choose = _first(forms, "choose_case") if not look.alarm.case else None
        form = choose or _by_hand(op, forms) or _first(forms, "resolve")
        if form is None:
            return
        answer = yield from op.give(look, form, _typed(op, form, spoke))
        if answer is not None and not answer.ok and form.kind == "resolve":
            if "pressed again" not in answer.reason:
                return  # looked at again when it is paged again
        elif answer is None:
            yield from pause(op.between(5, 20))


def _by_hand(op: "Operator", forms: tuple[Form, ...]) -> Form | None:
    """Done, or not needed where she may say so."""
    waive = _first(forms, "waive_task") if op.random.random() < 0.3 else None
    return waive or _first(forms, "do_task")


def _first(forms: tuple[Form, ...], kind: str) -> Form | None:
    return next((each for each in forms if each.kind == kind), None)


def _typed(op: "Operator", form: Form, spoke: bool) -> dict[str, str]:
    if form.kind == "choose_case":
        options = next(field for field in form.fields if field.name == "case").options
        return {"case": op.random.choice([value for value, _ in options])}
    if form.kind in ("do_task", "waive_task"):
        return {"note": "seen to"}
    said = {"outcome": "safe" if spoke else "other", "note": "looked into, and seen to"}
    return {**said, "spoke": "on"} if spoke else said
