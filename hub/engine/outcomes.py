"""What the hub's own parts report: pages sent or not, links up or down, items that cannot be done.

Rule: a page's row and its alarm learn of its fate in one turn; a fault of ours is never an item
that silently goes away.
"""

from hub.engine import decide
from hub.engine.turn import Turn
from hub.inbox import (
    Answer,
    Command,
    FromPendant,
    Item,
    LinkChanged,
    NewPolicy,
    PageOutcome,
    is_sos,
)
from hub.rules import dangers
from hub.rules.effects import RaiseAlarm
from hub.rules.model import Event, Value

MAX_NOTE = 200
UNUSED = "unused"


def page(turn: Turn, outcome: PageOutcome) -> None:
    """Sent is marked after sending, so a page is sent twice rather than never."""
    row = turn.state.store.one(
        "SELECT alarm, visit, person, step, round, state FROM page WHERE id = ?", (outcome.page,)
    )
    if row is None:
        return
    alarm_id, visit, person, step, round_, state = row
    note = outcome.note[:MAX_NOTE]
    if state == "sent":
        return
    turn.changes.other.append((
        "UPDATE page SET state = ?, sent_ms = ?, note = ?, attempts = attempts + 1 WHERE id = ?",
        ("sent" if outcome.ok else "failed", outcome.at_ms if outcome.ok else None, note,
         outcome.page),
    ))  # fmt: skip
    facts: dict[str, Value] = {
        "page": outcome.page,
        "person": person,
        "note": note,
        "step": step,
        "round": round_,
    }
    kind = "handed_out" if outcome.ok else "page_failed"
    at_ms = min(outcome.at_ms, turn.now_ms)
    alarm = turn.state.alarm(alarm_id) if alarm_id else None
    if alarm is None:
        reason = "a page was handed out" if outcome.ok else "a page could not be handed out"
        turn.note(kind, reason, Event(kind, at_ms, visit=visit, data=facts))
        return
    event = Event(
        kind,
        at_ms,
        visit=alarm.visit,
        worker=alarm.worker,
        pendant=alarm.pendant,
        data=facts,
    )
    decide.alarm_event(turn, event, alarm)


def link(turn: Turn, changed: LinkChanged) -> None:
    """A session with a broker came or went: for the board, and for the record. One that the
    settings name no longer is forgotten, or it would be down on the board for ever."""
    state = "up" if changed.up else "down"
    key = f"link:{changed.session}"
    # What this turn has heard before goes first: it is not in the database yet.
    known = turn.changes.meta.get(key, turn.state.store.meta(key))
    if not changed.used:
        state = UNUSED
    if known == state or (not known and state == UNUSED):
        return
    note = changed.note[:MAX_NOTE]
    lane, _, number = changed.session.partition("-")
    which = "second broker" if number else "broker"
    turn.changes.meta[key] = state
    turn.changes.meta[f"link_note:{changed.session}"] = note
    turn.note("link_up" if changed.up else "link_down",
              f"the {lane} session with the {which} is {state}",
              session=changed.session, note=note)  # fmt: skip
    turn.after.changed.add("board")


def failed(turn: Turn, item: Item, fault: str) -> None:
    """An item that stopped its turn twice, alone the second time: a fault in our rules."""
    turn.note("item_failed", "a fault of the hub's own: a person looks", fault=fault[:MAX_NOTE])
    if isinstance(item, Command | NewPolicy) and item.reply is not None:
        answer = Answer(False, "The hub has a fault of its own and did not do this. It is logged.")
        turn.after.replies.append((item.reply, answer))
    if not isinstance(item, FromPendant):
        return
    turn.changes.dead_letter(turn.now_ms, item.topic, "fault", fault, item.token)
    parts = item.topic.split("/")
    pendant = parts[1] if len(parts) > 1 else ""
    event = Event("unverified" if is_sos(item) else "unplanned", turn.now_ms, pendant=pendant)
    raised: RaiseAlarm = dangers.alarm_of(turn.policy, event.kind, event, f"fault:{pendant}")
    decide.raise_alarm(turn, raised, turn.policy, None, "")
    if item.qos:
        turn.after.acks.append((item.session, item.connection, item.mid, item.qos))
