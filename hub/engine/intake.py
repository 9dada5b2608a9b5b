"""What a pendant sent: verified, told from a duplicate, dated, read, and decided.

Rules: a receipt goes down only after the commit, and again for a duplicate; a duplicate changes
nothing; the same identity with other bytes is an alarm; an SOS is accepted whatever is wrong with
it (P4); what cannot be used is kept as a dead letter and acknowledged, or it would come for ever.
"""

from dataclasses import replace

from hub import verify
from hub.dating import Dated, date
from hub.engine import beats, decide
from hub.engine.pendants import PendantState, boot_of
from hub.engine.readiness import readiness
from hub.engine.routing import Route, route
from hub.engine.turn import Turn
from hub.inbox import FromPendant
from hub.rules import dangers, reading
from hub.rules.entries import read_in
from hub.rules.kinds import DANGER_PRESSES
from hub.rules.model import Alarm, Event, Value
from hub.verify import Unverified, Verified
from protocol import codec
from protocol.messages import (
    Beat,
    Booted,
    CarryOn,
    PressMessage,
    Receipt,
    Replied,
    SosAborted,
    UpMessage,
)

# An open alarm for each pendant that a topic names, but not for a thousand invented ones.
MAX_UNVERIFIED_SOURCES = 20
OVERFLOW = "overflow"
UNVERIFIED_EVERY_MS = 60_000  # one more press of an unverified source counts as news


def take(turn: Turn, item: FromPendant) -> None:
    """One message, whatever it is."""
    found = verify.verify(item.topic, item.token, turn.state.key)
    if isinstance(found, Unverified):
        _unverified(turn, item, found)
    elif found.revoked:
        _revoked(turn, item, found)
    elif isinstance(found.message, Beat):
        beats.take(turn, found, found.message)
    else:
        _event(turn, found)
    if item.qos:
        turn.after.acks.append((item.session, item.connection, item.mid, item.qos))


# What cannot be verified.


def _unverified(turn: Turn, item: FromPendant, found: Unverified) -> None:
    turn.changes.dead_letter(turn.now_ms, item.topic, found.reason, found.detail, item.token)
    if found.sos:
        _raise_unverified(turn, found.pendant, f"{found.reason}: {found.detail}")


def _revoked(turn: Turn, item: FromPendant, found: Verified) -> None:
    """Its signature fits, its holder is not to be trusted: an SOS pages, nothing else counts.

    It gets its receipt all the same: the hub has it, and whoever pressed may need to know.
    """
    pendant = turn.state.pendant_of_key(found.key.id)
    turn.changes.dead_letter(turn.now_ms, item.topic, "revoked", "", item.token)
    if pendant is None or not found.sos:
        return
    known = _shas(turn, found)
    if found.sha not in known:
        _remember(turn, found, known)
        _raise_unverified(turn, pendant.id, "revoked")
    receipt(turn, pendant, found)


def _raise_unverified(turn: Turn, pendant: str, why: str) -> None:
    """One growing alarm per source, bounded; flooding it grows it once a minute (P7)."""
    old = _open_unverified(turn, pendant)
    if old is None:
        others = sum(kind == "unverified_sos" for kind, _ in turn.state.sources)
        if others >= MAX_UNVERIFIED_SOURCES:
            pendant = OVERFLOW
            old = _open_unverified(turn, pendant)
    newest_ms = max((press.received_ms for press in old.presses), default=0) if old else 0
    if old is not None and turn.now_ms - newest_ms < UNVERIFIED_EVERY_MS:
        return
    event = Event("sos_pressed", turn.now_ms, pendant=pendant, data={"unverified": why[:120]})
    decide.off_visit(turn, event, verified=False)


def _open_unverified(turn: Turn, pendant: str) -> Alarm | None:
    open_id = turn.state.sources.get(("unverified_sos", f"unverified:{pendant}"))
    return None if open_id is None else turn.state.alarms[open_id]


# What is proven.


def _event(turn: Turn, found: Verified) -> None:
    pendant = turn.state.pendant_of_key(found.key.id)
    if pendant is None:  # its row went between the look-up and here: cannot be, within a turn
        return
    known = _shas(turn, found)
    if found.sha not in known:
        dated = _dated(turn, pendant, found.message)
        _remember(turn, found, known)
        if known:
            _conflict(turn, pendant, found, dated)
        if not known or found.sos:
            # Other bytes under a known identity are news of their own: no alarm holds that press.
            identity = "" if known else found.message.identity()
            _press(turn, pendant, found.message, dated, identity)
    receipt(turn, pendant, found)


def _shas(turn: Turn, found: Verified) -> set[str]:
    """The digests of everything that ever had this identity."""
    message = found.message
    key = (found.key.id, message.boot, message.seq)
    known = turn.taken.get(key)
    if known is None:
        known = turn.taken[key] = turn.state.identities.shas(key)
    return set(known)


def _remember(turn: Turn, found: Verified, known: set[str]) -> None:
    key = (found.key.id, found.message.boot, found.message.seq)
    turn.taken[key] = known | {found.sha}
    turn.changes.seen.append((*key, found.sha))
    turn.state.identities.stored(key)


def _dated(turn: Turn, pendant: PendantState, message: UpMessage) -> Dated:
    boot, is_new = boot_of(turn.state.store, pendant, message.boot, turn.now_ms)
    created_ms = turn.state.store.genesis.created_ms
    dated = date(message.heard_ms, message.since_ms, turn.now_ms, boot.floor_ms, created_ms)
    if is_new or dated.at_ms > boot.known_ms:
        boot.known_ms = max(boot.known_ms, dated.at_ms)
        turn.changes.boots[pendant.key_id, message.boot] = pendant.boot_row(message.boot)
    return dated


def _conflict(turn: Turn, pendant: PendantState, found: Verified, dated: Dated) -> None:
    """Same identity, other bytes: a forgery or a broken pendant. A person looks (P7)."""
    event = Event(
        "identity_conflict",
        dated.at_ms,
        by=pendant.worker,
        worker=pendant.worker,
        pendant=pendant.id,
        identity=found.message.identity(),
        data={"type": found.message.TYPE},
    )
    decide.off_visit(turn, event)


def _press(
    turn: Turn, pendant: PendantState, message: UpMessage, dated: Dated, identity: str
) -> None:
    found = route(turn, pendant.worker, message, dated.at_ms if dated.certain else None)
    part = found.part
    gesture = message.gesture if isinstance(message, PressMessage) else "none"
    prompt = "" if part is None else part.prompt
    kind, phase = _read(message, gesture, found, prompt)
    felt: dict[str, Value] = {}
    if kind == reading.FELT_AS_A_SHORT:
        felt["felt"] = reading.felt_as(message.TYPE, phase, prompt)
    event = Event(
        kind,
        dated.at_ms,
        by=pendant.worker,
        visit="" if found.visit is None else found.visit.id,
        worker=pendant.worker,
        pendant=pendant.id,
        identity=identity,
        data=_facts(message, gesture, phase, dated) | felt,
    )
    if kind == "started_out" and readiness(turn, pendant.worker) == "low":
        # HM-2.1, DC-signal: it speaks, so it is not silent; a press is never refused for it.
        event = replace(event, data={**event.data, "pendant": "low"})
    _decide(turn, event, found)
    if isinstance(message, Booted):
        beats.booted(turn, pendant, message)


def _read(message: UpMessage, gesture: str, found: Route, prompt: str) -> tuple[str, str]:
    """(event kind, the phase it was read in). Where several visits fit, the reading that a person
    must ask about goes before one that says nothing."""
    phases = ("off",) if found.part is None else (_column(found),)
    readings = [
        (reading.read(message.TYPE, gesture, phase, prompt), phase)
        for phase in found.phases or phases
    ]
    asked = [each for each in readings if each[0] not in dangers.HARMLESS_OFF_VISIT]
    return (asked or readings)[0]


def _column(found: Route) -> str:
    """What a press is read in: her phase, or that she is out for the day and at no visit."""
    if found.visit is None or found.part is None:
        return "off"
    return read_in(found.visit, found.part)


def _facts(message: UpMessage, gesture: str, phase: str, dated: Dated) -> dict[str, Value]:
    """What the row keeps of the message; what the pendant believed only where the hub differs."""
    facts: dict[str, Value] = {}
    if gesture != "none":
        facts["gesture"] = gesture
    if message.phase != ("to-base" if phase == reading.DAY else phase):
        facts["believed"] = message.phase
    if not dated.certain:
        facts["undated"] = True
    if isinstance(message, CarryOn):
        facts["minutes"] = message.minutes
    elif isinstance(message, Replied):
        facts["prompt"] = message.prompt
    elif isinstance(message, SosAborted):
        facts["held_ms"] = message.held_ms
    elif isinstance(message, Booted):
        facts["cause"] = message.cause
        facts["firmware"] = message.firmware
    return facts


def _decide(turn: Turn, event: Event, found: Route) -> None:
    if found.visit is not None:
        decide.visit_event(turn, event, found.visit)
        return
    if found.several and event.kind in DANGER_PRESSES:
        # The likeliest of them, so that its pair and its tracker are known; danger is no guess.
        likeliest = route(turn, event.worker).visit
        if likeliest is not None:
            decide.visit_event(turn, replace(event, visit=likeliest.id), likeliest)
            return
    if found.several and event.kind not in dangers.HARMLESS_OFF_VISIT | DANGER_PRESSES:
        decide.several(turn, event, found.several)
        return
    decide.off_visit(turn, event)


def receipt(turn: Turn, pendant: PendantState, found: Verified) -> None:
    """The hub has it: true, because this goes out only after the commit."""
    message = Receipt(
        pendant=pendant.id,
        boot=found.message.boot,
        seq=found.message.seq,
        sha=found.sha,
        hub_ms=turn.now_ms,
    )
    turn.after.down.append((pendant.id, codec.seal(message, pendant.key_id, pendant.down_key)))
