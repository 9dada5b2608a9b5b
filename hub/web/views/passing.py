"""A gate that refuses, and whoever may let it pass all the same, with a reason, on the record.

Rule: the way past a gate is shown to nobody but a holder of a role that the procedure names there.
"""

from collections.abc import Mapping

from hub.policy.model import Gate
from hub.web.views.fields import Field, Form, Reading
from hub.web.views.scene import Scene

OVERRIDE, NOTE = "override", "override_note"
SAID = "You may let it pass. It stands on the record with your name."


def passable(scene: Scene, kind: str, reason: str) -> Gate | None:
    """The gate behind this refusal, if this viewer may let it pass."""
    gates = [
        gate
        for gate in scene.policy.gates_for.get(kind, ())
        if reason.startswith(gate.reason) and scene.viewer_holds(gate.override)
    ]
    return gates[0] if gates else None


def asked_again(scene: Scene, form: Form, typed: Mapping[str, str]) -> Form:
    """The form as it was drawn after a refusal: with the tick for the gate, if it was shown."""
    wanted = typed.get(OVERRIDE, "")
    for gate in scene.policy.gates_for.get(form.kind, ()):
        if wanted == gate.id and scene.viewer_holds(gate.override):
            return with_pass(form, gate)
    return form


def with_pass(form: Form, gate: Gate) -> Form:
    return form.plus(
        Field(OVERRIDE, "I let it pass", "tick", False, ((gate.id, gate.reason),), group=SAID),
        Field(NOTE, "Why", "area", group=SAID),
    )


def reasoned(asked: Reading) -> Reading:
    """Nobody lets a gate pass without saying why."""
    if asked.data.get(OVERRIDE) and not asked.data.get(NOTE):
        return Reading(False, asked.data, asked.form.wrong(NOTE, "Say why: it is read later."))
    return asked
