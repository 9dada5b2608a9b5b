"""What a pendant sent: verified, told from a duplicate, dated, read, and decided.

Rules: a receipt goes down only after the commit, and again for a duplicate; a duplicate changes
nothing; the same identity with other bytes is an alarm; an SOS is accepted whatever is wrong with
it (P4); what cannot be used is kept as a dead letter and acknowledged, or it would come for ever.
"""

from dataclasses import replace

from hub import verify
from hub.dating import Dated, date
from hub.engine import beats, decide, strangers
from hub.engine.pendants import PendantState, boot_of
from hub.engine.readiness import LOST_MS, readiness
from hub.engine.routing import Route, route
from hub.engine.turn import Turn
from hub.inbox import FromPendant
from hub.rules import dangers, reading
from hub.rules.entries import read_in
from hub.rules.kinds import DANGER_PRESSES
from hub.rules.model import Event, Value
from hub.verify import EXPIRED, REVOKED, Unverified, Verified
from protocol import codec
from protocol.messages import (
    Beat,
    Booted,
    CarryOn,
    LastGasp,
    PressMessage,
    Receipt,
    Replied,
    SosAborted,
    UpMessage,
)


def take(turn: Turn, item: FromPendant) -> None:
    """One message, whatever it is."""
    found = verify.verify(item.topic, item.token, turn.state.key)
    if isinstance(found, Unverified):
        strangers.take(turn, item, found)
    elif found.revoked:
        _revoked(turn, item, found)
    elif isinstance(found.message, Beat):
        beats.take(turn, found, found.message)
    else:
        _event(turn, found)
    if item.qos:
        turn.after.acks.append((item.session, item.connection, item.mid, item.qos))


# What is proven, by one that is not trusted.


def _revoked(turn: Turn, item: FromPendant, found: Verified) -> None:
    """Its signature fits, its holder is not to be trusted: an SOS pages, nothing else counts.

    It gets its receipt all the same: the hub has it, and whoever pressed may need to know.
    """
    pendant = turn.state.pendant_of_key(found.key.id)
    turn.changes.dead_letter(turn.now_ms, item.topic, "revoked", "", item.token)
    if pendant is None or not found.sos:
        return
    known = _shas(turn, found)
    kind = reading.DANGER_TYPES[found.message.TYPE]
    if found.sha not in known and strangers.floods(turn, pendant.id, kind):
        return  # nor is it answered: what the hub has not kept it has not (P2)
    if found.sha not in known:
        dated = _dated(turn, pendant, found.message)
        _remember(turn, found, known)
        _danger_of_revoked(
            turn, pendant, found.message, dated, "" if known else found.message.identity()
        )
    receipt(turn, pendant, found)


def _danger_of_revoked(
    turn: Turn, pendant: PendantState, message: UpMessage, dated: Dated, identity: str
) -> None:
    """Of whoever was to carry it, on her visit if she is on one: she may press what we took from
    her. Whoever else has it grows one alarm for each kind of press, once a minute (P7)."""
    visit = route(turn, pendant.worker).visit
    event = Event(
        reading.DANGER_TYPES[message.TYPE],
        dated.at_ms,
        by=pendant.worker,
        visit="" if visit is None else visit.id,
        worker=pendant.worker,
        pendant=pendant.id,
        identity=identity,
        data=_facts(message, "none", message.phase, dated) | {"pendant": REVOKED},
    )
    if visit is not None:
        decide.visit_event(turn, event, visit)
    else:
        decide.off_visit(turn, event)


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
    told = _of_pendant(turn, pendant, event, found)
    _decide(turn, replace(event, data={**event.data, **told}) if told else event, found)
    if isinstance(message, Booted):
        beats.booted(turn, pendant, message)
    elif isinstance(message, LastGasp) and "late" not in told:
        beats.gasped(turn, pendant, message, dated.at_ms)


def _of_pendant(turn: Turn, pendant: PendantState, event: Event, found: Route) -> dict[str, Value]:
    """What the hub knows of the pendant that speaks. A press is never refused for any of it."""
    if event.kind in DANGER_PRESSES:
        return {"pendant": EXPIRED} if pendant.state_at(turn.now_ms) == EXPIRED else {}
    if event.kind in ("started_out", "arrived"):
        # HM-2.1, DC-signal: it speaks, so it is not silent.
        until_ms = 0 if found.visit is None else found.visit.planned_end_ms
        ready = readiness(turn, pendant.worker, until_ms)
        told = ready == EXPIRED or (ready == "low" and event.kind == "started_out")
        return {"pendant": ready} if told else {}
    if event.kind == "last_gasp" and turn.now_ms - event.at_ms > LOST_MS * turn.speed:
        return {"late": True}  # it waited in flash until the pendant was charged again
    return {}


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
    elif isinstance(message, LastGasp):
        facts["battery_pct"] = message.battery_pct
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
