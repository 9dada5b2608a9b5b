"""A row of the log as one sentence with names: rules.explain says it, this puts names for ids."""

from hub.store.views import LogLine
from hub.web.views import words
from hub.web.views.scene import Scene


def sentence(scene: Scene, row: LogLine) -> str:
    """One line of the log for people."""
    who = scene.person_name(row.by) if row.by else ""
    said = row.reason or words.spoken(row.kind)
    if row.refused:
        said = f"Refused: {row.refused}"
    return f"{who}: {said}" if who else said
