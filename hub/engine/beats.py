"""Signs of life: what is kept of them, when silence is an event, and what a beat must make known.

Rules: a beat is not logged, its transitions are (lost, back, another boot, battery low). A beat
that is older than the newest, or of a boot that another has followed, proves nothing about now:
its open presses count all the same, because an SOS is always accepted (P1, P4).
"""

from dataclasses import replace

from hub.dating import date
from hub.engine import decide, standings
from hub.engine.pendants import WRITE_EVERY_MS, Boot, PendantState, boot_of
from hub.engine.readiness import LOST_MS as LOST_MS
from hub.engine.readiness import LOW_PCT
from hub.engine.routing import route
from hub.engine.turn import Turn
from hub.rules.model import Event, Value
from hub.verify import EXPIRED, Verified
from protocol.messages import Beat, Booted, LastGasp, open_parts

RECOVERED_PCT = 30  # not low again until it has been this high: no row for every wobble


def take(turn: Turn, found: Verified, beat: Beat) -> None:
    """One verified beat."""
    pendant = turn.state.pendant_of_key(found.key.id)
    if pendant is None:  # its row went between the look-up and here: cannot be, within a turn
        return
    boot, is_new = boot_of(turn.state.store, pendant, beat.boot, turn.now_ms, beats=True)
    _open_presses(turn, pendant, beat.open)
    pendant.boots[beat.boot] = boot  # those of the presses may have taken its place
    if not is_new and beat.seq <= boot.beat_seq:
        return
    created_ms = turn.state.store.genesis.created_ms
    dated = date(beat.heard_ms, beat.since_ms, turn.now_ms, boot.floor_ms, created_ms)
    is_first = is_new or boot.beat_seq == 0
    boot.beat_seq = beat.seq
    boot.known_ms = max(boot.known_ms, dated.at_ms)
    if beat.boot != pendant.boot and not _follows(pendant, boot, is_first, dated.at_ms):
        turn.changes.boots[pendant.key_id, beat.boot] = pendant.boot_row(beat.boot)
        return
    if pendant.state_at(pendant.last_beat_ms) != pendant.state_at(turn.now_ms):
        turn.unsettled[pendant.id] = None  # its day has passed since it was last heard
    had_open = pendant.open_presses
    changed = _heard(turn, pendant, beat, dated.at_ms)
    if pendant.watched:
        turn.state.watch.start(pendant.id, turn.now_ms)
    # Held back on the way, it says that she was well then, not now.
    turn.state.watch.heard(pendant.id, dated.at_ms if dated.certain else turn.now_ms)
    if is_new or changed or turn.now_ms - pendant.written_ms >= WRITE_EVERY_MS * turn.speed:
        write(turn, pendant)
        turn.changes.boots[pendant.key_id, beat.boot] = pendant.boot_row(beat.boot)
    standings.answer(turn, pendant, beat, bool(had_open or beat.open))


def _follows(pendant: PendantState, boot: Boot, is_first: bool, at_ms: int) -> bool:
    """Whether a beat of another boot is the newer one, and not an old one played again.

    The first beat of a boot is: it has no hub time to date it by before it is answered.
    """
    return is_first or (at_ms > pendant.last_beat_ms and at_ms > boot.floor_ms)


def _heard(turn: Turn, pendant: PendantState, beat: Beat, at_ms: int) -> bool:
    """Take over what the beat says; whether anything but the time is new."""
    was = _told_by(pendant)
    charge = pendant.battery_pct
    had_boot = pendant.boot
    if had_boot and had_boot != beat.boot:
        _note(turn, pendant, "boot_changed", "another boot of the pendant beats now")
    if pendant.beat_lost:
        _returned(turn, pendant)
    if beat.battery_pct <= LOW_PCT < charge:
        _note(turn, pendant, "battery_low", f"battery at {beat.battery_pct} %")
    pendant.boot = beat.boot
    pendant.last_beat_ms = max(pendant.last_beat_ms, at_ms)
    # Between LOW and RECOVERED the lower value stays, so that a wobble is told once.
    if not (charge <= LOW_PCT < beat.battery_pct < RECOVERED_PCT):
        pendant.battery_pct = beat.battery_pct
    pendant.signal_pct = beat.signal_pct
    pendant.dropped, pendant.refused = beat.dropped, beat.refused
    if pendant.gasped_ms and (beat.boot != had_boot or beat.battery_pct > LOW_PCT):
        pendant.gasped_ms = 0  # charged, or started anew: what it said of its end is over
    pendant.echoed = beat.standing
    pendant.open_presses = tuple(open_parts(listed)[0] for listed in beat.open)
    pendant.beat_lost = False
    return was != _told_by(pendant) or charge != pendant.battery_pct


def _told_by(pendant: PendantState) -> tuple[object, ...]:
    """What is written at once when a beat changes it."""
    return (pendant.boot, pendant.echoed, pendant.open_presses, pendant.beat_lost, pendant.dropped,
            pendant.refused, pendant.gasped_ms)  # fmt: skip


def write(turn: Turn, pendant: PendantState) -> None:
    """Its row, with this turn."""
    pendant.written_ms = turn.now_ms
    turn.changes.beats[pendant.id] = pendant.row()
    turn.after.changed.add("board")


def _event(turn: Turn, pendant: PendantState, kind: str, at_ms: int, identity: str = "") -> Event:
    found = route(turn, pendant.worker)
    return Event(
        kind,
        at_ms,
        by=pendant.worker,
        visit="" if found.visit is None else found.visit.id,
        worker=pendant.worker,
        pendant=pendant.id,
        identity=identity,
    )


def _note(turn: Turn, pendant: PendantState, kind: str, reason: str) -> None:
    turn.note(kind, reason, _event(turn, pendant, kind, turn.now_ms))


def _returned(turn: Turn, pendant: PendantState) -> None:
    """Recorded; it ends no alarm, because a pendant that beats says nothing of its wearer (P3)."""
    event = _event(turn, pendant, "beat_returned", turn.now_ms)
    visit = turn.visit(event.visit) if event.visit else None
    if visit is not None:
        decide.visit_event(turn, event, visit)
    else:
        turn.note(event.kind, "beats are back", event)


def _open_presses(turn: Turn, pendant: PendantState, presses: list[str]) -> None:
    """An open press that no alarm holds: a dead disk, a restored backup, or a beat that came before
    it. Raise it (P1), as what it is: a silent one is silent though nobody had heard of it."""
    for identity, type_name in map(open_parts, presses):
        if turn.state.alarm_of_press(pendant.id, identity):
            continue
        boot, _ = boot_of(turn.state.store, pendant, identity[:16], turn.now_ms)
        # All that is known of its time: not before its boot began. The row says undated.
        event = _event(
            turn, pendant, "unknown_open_press", min(boot.floor_ms, turn.now_ms), identity
        )
        facts: dict[str, Value] = {"press": type_name.replace("-", "_")}
        if pendant.state_at(turn.now_ms) == EXPIRED:
            facts["pendant"] = EXPIRED
        event = replace(event, data=facts)
        visit = turn.visit(event.visit) if event.visit else None
        if visit is not None:
            decide.visit_event(turn, event, visit)
        else:
            decide.off_visit(turn, event)


def booted(turn: Turn, pendant: PendantState, message: Booted) -> None:
    """A pendant started: its open presses count at once, its standing is told anew."""
    _open_presses(turn, pendant, message.open)
    turn.unsettled[pendant.id] = None


def gasped(turn: Turn, pendant: PendantState, message: LastGasp, at_ms: int) -> None:
    """Its last word: the silence that follows has a known cause."""
    pendant.gasped_ms = at_ms
    pendant.battery_pct = min(message.battery_pct, 100)
    write(turn, pendant)


def lost(turn: Turn, pendant_id: str) -> None:
    """No beat for LOST_MS from a pendant on a running visit: the rules say who is asked."""
    pendant = turn.state.pendant(pendant_id)
    if pendant is None:
        return
    pendant.beat_lost = True
    write(turn, pendant)
    event = _event(turn, pendant, "beat_lost", turn.now_ms)
    if pendant.gasped_ms:
        event = replace(event, data={"cause": "battery"})
    visit = turn.visit(event.visit) if event.visit else None
    if visit is not None:
        decide.visit_event(turn, event, visit)
