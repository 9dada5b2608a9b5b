"""What each pendant is told: one signed state, answered to beats and repeated until it is echoed.

Rules: the content comes from the rules alone; its version is since when it has been so. Every
answer is signed anew, because it names the beat that it answers (liveness, P6), and carries a
version that grows for ever. Pendants are limited one by one, never together: a pendant that beats
like mad cannot cost another one its answer.
"""

from hub.engine.pendants import PendantState
from hub.engine.routing import route
from hub.engine.turn import Turn
from hub.rules import standing as standing_rules
from hub.store.changes import text_of
from hub.verify import EXPIRED, REVOKED
from protocol import codec
from protocol.messages import NO_BOOT, Beat, Standing
from protocol.record import MAX_LIST

VALID_MS = 60_000  # of link time; a pendant beats at least twice within it
OFF_VALID_MS = 180_000  # off duty it beats once a minute
ANSWER_EVERY_MS = 1_000  # per pendant; no pendant of ours beats faster
REPEAT_EVERY_MS = 5_000  # an unechoed standing, until WAIT_FOR_BEAT_MS of silence
MAX_REPEATS = 200  # in one turn
WAIT_FOR_BEAT_MS = 60_000  # then it waits for the pendant to beat again


def content(turn: Turn, pendant: PendantState) -> standing_rules.Fields:
    """How things stand for its wearer. A silent alarm is never in it: the rules see to that."""
    found = route(turn, pendant.worker)
    alarms = turn.state.alarms_about("", pendant=pendant.id)  # whoever carries it now
    expired = pendant.state_at(turn.now_ms) == EXPIRED
    told = standing_rules.standing_of(pendant.id, found.visit, alarms, pendant.worker, expired)
    told["resolved"] = _resolved(turn, pendant)
    return told


def _resolved(turn: Turn, pendant: PendantState) -> list[str]:
    """Open presses it carries that a person has ended."""
    ended = []
    for identity in pendant.open_presses:
        alarm_id = turn.state.alarm_of_press(pendant.id, identity)
        if alarm_id and alarm_id not in turn.state.alarms:
            ended.append(identity)
    return ended[:MAX_LIST]


def refresh(turn: Turn, pendant: PendantState) -> bool:
    """Recompute the content; a new one gets a new version and a row. Whether it is new."""
    now = content(turn, pendant)
    if now == pendant.told:
        return False
    pendant.told, pendant.standing = now, text_of(now)
    pendant.standing_version = pendant.next_version(turn.now_ms)
    turn.changes.beats[pendant.id] = pendant.row()
    return True


def answer(turn: Turn, pendant: PendantState, beat: Beat, has_open: bool) -> None:
    """To one beat, at most once a second. `has_open`: it carries presses, or did until now."""
    is_new = refresh(turn, pendant) if has_open or not pendant.told else False
    recent = turn.now_ms - pendant.answered_ms < ANSWER_EVERY_MS * turn.speed
    if recent and pendant.answered_boot == beat.boot and not is_new:
        return
    pendant.answered_ms = turn.now_ms
    pendant.answered_boot = beat.boot
    if pendant.id in turn.unsettled:
        # Its state changes in this very turn: answered when all of it is decided.
        turn.unsettled_beats[pendant.id] = (beat.boot, beat.seq)
        return
    tell(turn, pendant, beat.boot, beat.seq)


def tell(turn: Turn, pendant: PendantState, boot: str = NO_BOOT, beat: int = 0) -> None:
    """Sign and send."""
    if pendant.told["go_in"] and pendant.state_at(turn.now_ms) == EXPIRED:
        refresh(turn, pendant)  # its last day has ended, and the timer that says so has yet to run
    fields = pendant.told
    quiet = fields["phase"] == "off" and not fields["sos"]
    message = Standing(
        version=pendant.next_version(turn.now_ms),
        boot=boot,
        beat=beat,
        hub_ms=turn.now_ms,
        valid_ms=OFF_VALID_MS if quiet else VALID_MS,
        **fields,
    )
    token = codec.seal(message, pendant.key_id, pendant.down_key)
    turn.after.down.append((pendant.id, token))
    turn.state.unechoed.pop(pendant.id, None)
    if pendant.echoed < pendant.standing_version:
        turn.state.unechoed[pendant.id] = turn.now_ms  # at the end: the oldest stands first


def settle(turn: Turn) -> None:
    """At the end of a turn: tell every pendant whose state has changed."""
    for pendant_id in list(turn.unsettled):
        pendant = turn.state.pendant(pendant_id)
        if pendant is None or pendant.state == REVOKED:
            continue
        asked = turn.unsettled_beats.get(pendant_id)
        if refresh(turn, pendant) or asked is not None:
            tell(turn, pendant, *(asked or (NO_BOOT, 0)))
    turn.unsettled.clear()


def repeat(turn: Turn) -> None:
    """What has not been echoed is told again, longest ago first, while the pendant lives."""
    waiting = turn.state.unechoed
    before_ms = turn.now_ms - REPEAT_EVERY_MS * turn.speed
    dead_ms = turn.now_ms - WAIT_FOR_BEAT_MS * turn.speed
    for _ in range(MAX_REPEATS):
        pendant_id, told_ms = next(iter(waiting.items()), ("", turn.now_ms))
        if not pendant_id or told_ms > before_ms:
            return
        del waiting[pendant_id]
        pendant = turn.state.pendant(pendant_id)
        if pendant is None or pendant.last_beat_ms < dead_ms:
            continue
        if pendant.echoed < pendant.standing_version:
            tell(turn, pendant)
