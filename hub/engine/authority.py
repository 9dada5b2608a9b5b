"""In whose name somebody decides: what she may let pass, waive, sign, or spare others.

Rule (P5): to take a duty makes somebody reachable, not a manager. Anybody may write anybody down
for a duty, so that a page finds a reader; a word that loosens needs a role on file for her. Only a
duty that nobody at all has on file counts by itself.
"""

from hub.engine.state import State


def authority(state: State, person: str) -> frozenset[str]:
    """The roles in which one person may decide."""
    return frozenset(role for role, people in deciders(state).items() if person in people)


def deciders(state: State) -> dict[str, set[str]]:
    """role -> the people who may decide in it. One pass over everybody: a gate may ask this."""
    active = [person for person in state.people.values() if person.active]
    found: dict[str, set[str]] = {}
    for person in active:
        for role in person.roles:
            found.setdefault(role, set()).add(person.id)
    here = {person.id for person in active}
    on_duty = {role: here.intersection(people) for role, people in state.duty.items()}
    return {**{role: people for role, people in on_duty.items() if people}, **found}
