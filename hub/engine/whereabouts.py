"""Who has set out somewhere and is not known to be back.

Rule: the parts that this turn has changed count as it left them: the database has them not yet.
"""

from hub.engine.state import State

_OUT = "SELECT DISTINCT worker FROM part WHERE open = 1 AND phase <> 'planned'"


def out(state: State) -> list[str]:
    """Workers, by name."""
    names = {str(row[0]) for row in state.store.all(_OUT)} | set(state.parts)
    return sorted(
        name
        for name in names
        if any(part.phase != "planned" for part in state.open_parts(name).values())
    )
