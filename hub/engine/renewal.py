"""A pendant's last day comes near: those in charge are told, and once for all that are near it.

Rules: told sixty and fourteen days before and on the day itself, by a stored deadline like any
other; whoever renews it in time hears no more of it. Expiry refuses visits and never an SOS.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hub.engine import pages
from hub.engine.pendants import PendantState
from hub.engine.turn import Turn
from hub.rules.effects import Page
from hub.rules.model import Deadline, Event
from hub.store.changes import RECORD_RANK
from hub.verify import REVOKED

DAY_MS = 86_400_000
BEFORE_DAYS = (60, 14, 0)
TOGETHER_DAYS = 7  # what was handed out in one week is told of in one page
OWNER, TIMER = "pendant", "renewal"
MAX_NAMED = 20  # pendants in one page; the list of all stands in the browser
_NEAR = (
    "SELECT id FROM pendant WHERE valid_until_ms BETWEEN ? AND ? AND state <> ? "
    "ORDER BY valid_until_ms, id"
)
_STORED = "SELECT due_ms, anchor_ms FROM deadline WHERE owner = ? AND timer = ? AND worker = ''"


def next_due_ms(until_ms: int, after_ms: int) -> int:
    """When it is told of next, or 0."""
    moments = [until_ms - days * DAY_MS for days in BEFORE_DAYS] if until_ms else []
    return next((at_ms for at_ms in moments if at_ms > after_ms), 0)


def plan(turn: Turn, pendant: PendantState, after_ms: int | None = None) -> None:
    """Its deadline, as its date and its state have it now."""
    until_ms = 0 if pendant.state == REVOKED else pendant.valid_until_ms
    due_ms = next_due_ms(until_ms, turn.now_ms if after_ms is None else after_ms)
    due = Deadline(TIMER, due_ms, "", until_ms)
    if due_ms:
        turn.changes.deadline(f"{OWNER}:{pendant.id}", due, RECORD_RANK)
    elif current(turn, pendant.id) is not None:
        turn.changes.no_deadline(f"{OWNER}:{pendant.id}", due)


def current(turn: Turn, pendant_id: str) -> Deadline | None:
    """As it stands after what this turn has changed."""
    key = (f"{OWNER}:{pendant_id}", TIMER, "")
    if key in turn.changes.deadlines:
        row = turn.changes.deadlines[key]
        return None if row is None else Deadline(TIMER, int(str(row[3])), "", int(str(row[4])))
    stored = turn.state.store.one(_STORED, key[:2])
    return None if stored is None else Deadline(TIMER, stored[0], "", stored[1])


def fire(turn: Turn, pendant_id: str, due: Deadline) -> None:
    """One page for all whose day is so near; each is told of again at its next moment."""
    days = round((due.anchor_ms - due.due_ms) / DAY_MS)
    together_ms = due.anchor_ms + TOGETHER_DAYS * DAY_MS if days else due.anchor_ms
    rows = turn.state.store.all(_NEAR, (due.anchor_ms, together_ms, REVOKED))
    near = [found for (name,) in rows if (found := turn.state.pendant(name)) is not None]
    near = [each for each in near if _waits_for(turn, each, days)]
    for each in near:
        plan(turn, each, each.valid_until_ms - days * DAY_MS)
    if pendant_id not in [each.id for each in near]:  # revoked or renewed since: nothing to tell
        turn.changes.no_deadline(f"{OWNER}:{pendant_id}", due)
        return
    said = _sentence(turn, near, due.anchor_ms, days)
    turn.note("renewal_due", said, Event("renewal_due", due.due_ms, pendant=pendant_id))
    page = Page(roles=(), about=pages.RENEWAL, why=said)
    pages.write_everyone(turn, page, None, None)
    turn.after.changed.add("board")


def _waits_for(turn: Turn, pendant: PendantState, days: int) -> bool:
    """Whether this warning of it is still to come: not told before, with another's."""
    due = current(turn, pendant.id)
    return due is not None and due.due_ms == pendant.valid_until_ms - days * DAY_MS


def _sentence(turn: Turn, near: list[PendantState], until_ms: int, days: int) -> str:
    names = ", ".join(each.id for each in near[:MAX_NAMED])
    more = f" and {len(near) - MAX_NAMED} more" if len(near) > MAX_NAMED else ""
    first = day(turn, until_ms)
    if not days:
        return f"Past its date since {first}, and refused for visits until it is renewed: {names}."
    when = f"On {first} the first of these is past its date" if len(near) > 1 else f"On {first}"
    end = f": renew {names}{more}" if len(near) > 1 else f" pendant {names} is past its date"
    return f"{when}{end}; after that it is refused for visits."


def day(turn: Turn, at_ms: int) -> str:
    """The day, where the organisation is."""
    zone = ZoneInfo(turn.state.store.genesis.zone)
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone):%-d %B %Y}"
