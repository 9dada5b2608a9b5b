"""How an entry comes into the diary: the real form, and what a refusal asks for.

Rule: nobody goes who is not entered. What a gate lacks is written down or agreed, and the form is
given again; where that is not to be had, the visit is another one, or none.
"""

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.inbox import Answer
from hub.rules.model import Value
from hub.web.views import times
from hub.web.views.fields import Field, Form
from simulator.storm.people.course import Steps, Wish, asked, pause
from simulator.storm.people.desk import Look
from simulator.storm.people.entries import moment_ms, sort_of
from simulator.storm.people.trips import Errand

if TYPE_CHECKING:
    from simulator.storm.people.operator import Job, Operator

TRIES_MAX = 8
SIGNER = "maria"  # a manager in each of the worlds


def enter(op: "Operator", job: "Job") -> Steps:
    """The entry, or none."""
    errand = job.errand
    assert errand is not None
    for _ in range(TRIES_MAX):
        look = yield from op.look()
        if look is None:
            continue
        yield from pause(op.between(3, 20))
        answer = yield from _sent(op, look, errand)
        if answer is None:
            yield from pause(op.between(15, 40))
            errand.visit = _found(op, errand)  # it may be there all the same
        elif answer.ok:
            errand.visit = answer.id
        elif not (yield from _mended(op, look, errand, answer)):
            return
        if errand.visit:
            errand.entered.ring()
            return


def _sent(op: "Operator", look: Look, errand: Errand) -> Generator[Wish, object, Answer | None]:
    form = look.plan_form(errand.sort.form, errand.workers[0])
    data = op.desk.read(look, form, _typed(look, form, errand))
    if data is None:
        return None
    client = look.scene.clients.get(str(data.get("client", "")))
    if client is not None and not data.get("area"):
        data["area"] = client.area  # as routes/plan.py does
    answer = yield from asked(op.id, form.kind, data)
    if op.twice():
        yield from asked(op.id, form.kind, data)
    return answer


def _typed(look: Look, form: Form, errand: Errand) -> dict[str, str]:
    said = {
        "workers": ",".join(errand.workers),
        "client": errand.sort.client,
        "start_ms": "@start",
        "end_ms": "@end",
        **errand.sort.typed,
        **dict.fromkeys(errand.sort.facts, "on"),
    }
    return {
        field.name: _as_typed(look, field, said[field.name], errand)
        for field in form.fields
        if said.get(field.name)
    }


def _as_typed(look: Look, field: Field, said: str, errand: Errand) -> str:
    at_ms = moment_ms(said, errand.start_ms, errand.end_ms)
    if at_ms is None:
        return said
    spell = times.clock if field.kind == "time" else times.for_input
    return spell(at_ms + look.wrong_ms, look.scene.zone)


def _found(op: "Operator", errand: Errand) -> str:
    """On the board already?"""
    board = op.desk.board(op.id)
    if board is None:
        return ""
    for visit in board[1]:
        mine = tuple(part.worker for part in visit.parts) == errand.workers
        start_ms = errand.start_ms + board[0].wrong_ms
        if mine and abs(visit.planned_start_ms - start_ms) < 120_000:
            return visit.id
    return ""


def _mended(
    op: "Operator", look: Look, errand: Errand, answer: Answer
) -> Generator[Wish, object, bool]:
    """Does what the refusal asks for; False: there is no such visit then."""
    gates = look.scene.policy.gates_for.get("plan_visit", ())
    gate = next((gate.id for gate in gates if answer.reason.startswith(gate.reason)), "")
    sort = errand.sort
    if gate in ("new-client-assessed", "first-assessed", "assessed", "home-assessed",
                "meeting-assessed"):  # fmt: skip
        return (yield from _assessed(op, errand))
    if gate == "inducted":
        return (yield from _inducted(op, errand))
    if gate == "out-of-hours-buddy":
        errand.sort = replace(sort, typed={**sort.typed, "tracker": "tom",
                                           "check_in_ms": "@end+10"})  # fmt: skip
        return "check_in_ms" not in sort.typed
    if gate == "designated-manager":
        errand.sort = replace(sort, typed={**sort.typed, "tracker": SIGNER})
        return sort.typed.get("tracker") != SIGNER
    if gate in ("first-out-of-hours", "unplanned-known"):
        errand.sort = sort_of(op.world.plan.policy, "visit")
        return errand.sort is not sort
    return False


def _assessed(op: "Operator", errand: Errand) -> Generator[Wish, object, bool]:
    """Written by the worker, signed by the manager."""
    written = yield from asked(errand.workers[0], "write_record", {
        "kind": "assessment", "verb": "write", "about": errand.sort.client,
        "found": "No significant risk.", "assessed_on": _today(op),
        "assessors": errand.workers[0],
    })  # fmt: skip
    if written is None or not written.ok:
        return False
    signature: dict[str, Value] = {"record": written.id, "kind": "assessment", "verb": "sign"}
    yield from asked(SIGNER, "write_record", signature)
    return True


def _inducted(op: "Operator", errand: Errand) -> Generator[Wish, object, bool]:
    done = True
    for worker in errand.workers:
        answer = yield from asked(SIGNER, "write_record", {
            "kind": "induction", "verb": "write", "about": worker,
            "covered": "safe ways of working", "shown_on": _today(op),
        })  # fmt: skip
        done = done and answer is not None and answer.ok
    return done


def _today(op: "Operator") -> str:
    return times.local(op.world.timeline.now_ms, op.desk.zone).date().isoformat()
