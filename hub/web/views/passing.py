"""A gate that refuses, and whoever may let it pass all the same, with a reason, on the record.

Rule: the way past a gate is shown to nobody but a holder of a role that the procedure names there.
"""

from collections.abc import Mapping

from hub.policy.model import Gate
from hub.web.views.fields import Field, Form, Reading
from hub.web.views.scene import Scene

OVERRIDE, NOTE = "override", "override_note"
SAID = "You may let it pass. It stands on the record with your name."


def passable(scene: Scene, kind: str, refusing: str) -> Gate | None:
    """The gate that refused, by its id, if this viewer may let it pass."""
    for gate in scene.policy.gates_for.get(kind, ()):
        if gate.id == refusing and scene.viewer_holds(gate.override):
            return gate
    return None


def asked_again(scene: Scene, form: Form, typed: Mapping[str, str]) -> Form:
    """The form as it was drawn after a refusal: with the tick for the gate, if it was shown."""
    gate = passable(scene, form.kind, typed.get(OVERRIDE, ""))
    return with_pass(form, gate) if gate is not None else form


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
