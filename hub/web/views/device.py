"""What is said of a pendant: charge, last sign of life, and until when it is good.

Rule: nothing here tells of open presses, which may be silent (P2); a pendant that is revoked or
past its date is never called dead: its SOS counts.
"""

from hub.rules.model import Part
from hub.store.views import Pendant
from hub.verify import EXPIRED, REVOKED
from hub.web.views import times, words
from hub.web.views.scene import Scene

LOW_BATTERY_PCT = 20
# Beside the row of a running visit; a pendant asleep off duty says nothing and should not.
QUIET_MS = 60_000
DAY_MS = 86_400_000
RENEW_MS = 60 * DAY_MS  # so long before its last day that is said,
HURRY_MS = 14 * DAY_MS  # and from here on it is in the way of a visit
MAX_NAMED = 6  # in the notice above every page; all stand on the pendants' own


def device_words(scene: Scene, part: Part) -> tuple[str, bool, int | None]:
    """(words, is it bad, moment of the last beat for the ticking "… ago")."""
    if part.phase in ("closed", "cancelled"):
        return "", False, None
    pendant = scene.pendant_of(part.worker, part.pendant)
    if pendant is None:
        running = part.phase != "planned"
        return "no pendant: phone only", running, None
    return pendant_words(scene, pendant, part.phase != "planned")


def pendant_words(scene: Scene, pendant: Pendant, running: bool) -> tuple[str, bool, int | None]:
    """Battery and the last sign of life. Off a visit a pendant sleeps, and that is no fault."""
    if pendant.state == REVOKED:
        return "pendant revoked: only its SOS is heard", True, None
    if pendant.gasped_ms:
        at = times.when(pendant.gasped_ms, scene.now_ms, scene.zone)
        return f"pendant's battery ended at {at}: it says no more", True, None
    good = good_words(scene, pendant)
    past = is_past(scene, pendant)
    if not pendant.last_beat_ms:
        return f"pendant not heard yet{good}", running or past, None
    battery = f"pendant {pendant.battery_pct} %"
    low = pendant.battery_pct < LOW_BATTERY_PCT
    if low:
        battery += ", low"
    battery += good
    bad = low or past or left_ms(scene, pendant) < HURRY_MS
    quiet = scene.now_ms - pendant.last_beat_ms > QUIET_MS
    if running and (pendant.beat_lost or quiet):
        at = times.when(pendant.last_beat_ms, scene.now_ms, scene.zone)
        return f"{battery}, no signal since {at}", True, None
    return f"{battery}, beat", bad, pendant.last_beat_ms


def left_ms(scene: Scene, pendant: Pendant) -> int:
    """Until its last day; as long as it is never told of, if it has none."""
    return pendant.valid_until_ms - scene.now_ms if pendant.valid_until_ms else 2 * RENEW_MS


def is_past(scene: Scene, pendant: Pendant) -> bool:
    """Set so, or by its date. A revoked one is not: it is revoked."""
    if pendant.state == REVOKED:
        return False
    return pendant.state == EXPIRED or left_ms(scene, pendant) <= 0


def good_words(scene: Scene, pendant: Pendant) -> str:
    """, past its date; or , to be renewed by 3 Nov 2027; or nothing."""
    if is_past(scene, pendant):
        return ", past its date"
    if left_ms(scene, pendant) >= RENEW_MS:
        return ""
    return f", to be renewed by {times.day_words(pendant.valid_until_ms, scene.zone)}"


def renewal_notices(scene: Scene) -> list[str]:
    """Above every page: what stands in the way of a visit now, and what soon will."""
    known = [each for each in scene.pendants.values() if each.state != REVOKED and each.worker]
    past = [each.id for each in known if is_past(scene, each)]
    near = [each for each in known if each.id not in past and left_ms(scene, each) < HURRY_MS]
    said = []
    if past:
        said.append(f"Past its date, no visit begins with it: pendant {_named(past)}. Renew it.")
    if near:
        first_ms = min(each.valid_until_ms for each in near)
        by = times.day_words(first_ms, scene.zone)
        names = _named([each.id for each in near])
        said.append(f"To be renewed by {by}, or no visit begins with it: pendant {names}.")
    return said


def _named(pendants: list[str]) -> str:
    shown = words.together(sorted(pendants)[:MAX_NAMED])
    more = len(pendants) - MAX_NAMED
    return f"{shown} (and {more} more)" if more > 0 else shown
