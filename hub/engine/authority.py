"""In whose name somebody decides: what she may let pass, waive, sign, or spare others.

Rule (P5): to take a duty makes somebody reachable, not a manager. Anybody may write anybody down
for a duty, so that a page finds a reader; a word that loosens needs a role on file for her.
"""

from hub.engine.state import State


def authority(state: State, person: str) -> frozenset[str]:
    """The roles on file for her, and a duty of hers that nobody at all has on file."""
    known = state.people.get(person)
    if known is None or not known.active:
        return frozenset()
    on_file = {role for each in state.people.values() if each.active for role in each.roles}
    on_duty = {role for role, people in state.duty.items() if person in people}
    return frozenset(known.roles) | (on_duty - on_file)
