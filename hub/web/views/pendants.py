"""The health of every pendant, so that one nobody has charged is seen before a visit (HM-2.1).

Nothing here tells of open presses: a silent one must not show on any list (P2).
"""

from dataclasses import dataclass

from hub.devices.certificates import CANARY
from hub.store.views import Pendant
from hub.verify import REVOKED
from hub.web.views import times
from hub.web.views.device import is_past, pendant_words
from hub.web.views.scene import Scene


@dataclass(frozen=True, slots=True)
class PendantRow:
    id: str
    worker: str
    words: str
    bad: bool
    beat_ms: int | None
    signal: str
    on_visit: bool
    good_until: str
    refused: str  # messages sent down to it that it refused: somebody may play with the broker


def rows(scene: Scene) -> tuple[PendantRow, ...]:
    """Those on a visit and those in trouble first. Not the doctor's canary, which nobody carries
    and nobody is to charge."""
    out = []
    for pendant in scene.pendants.values():
        if pendant.id == CANARY:
            continue
        said, bad, beat_ms = pendant_words(scene, pendant, pendant.watched)
        out.append(
            PendantRow(
                id=pendant.id,
                worker=scene.person_name(pendant.worker) if pendant.worker else "nobody",
                words=said,
                bad=bad,
                beat_ms=beat_ms,
                signal=f"{pendant.signal_pct} %" if pendant.last_beat_ms else "not known",
                on_visit=pendant.watched,
                good_until=_until(scene, pendant),
                refused=str(pendant.refused) if pendant.refused else "none",
            )
        )
    out.sort(key=lambda row: (not row.bad, not row.on_visit, row.worker))
    return tuple(out)


def _until(scene: Scene, pendant: Pendant) -> str:
    """Its last day, or why that does not matter."""
    if pendant.state == REVOKED:
        return "revoked"
    if is_past(scene, pendant) and not pendant.valid_until_ms:
        return "set past its date"
    if not pendant.valid_until_ms:
        return "for ever"
    day = times.day_words(pendant.valid_until_ms, scene.zone)
    return f"{day}: its SOS counts, no visit begins with it" if is_past(scene, pendant) else day
