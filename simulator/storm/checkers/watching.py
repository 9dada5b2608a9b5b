"""P5, P6: who is out is watched, silence is told, and no old message says that all is well."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from hub.rules.kinds import PENDANT_EVENTS
from protocol.messages import NO_BOOT, Beat, Standing
from simulator.chaos.outages import Span, joined, touched
from simulator.storm.checkers.custody import revoked_spans
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.checkers.timely import away
from simulator.storm.seen import Befell, HubLife, Unwatched, Went

SILENCE_MS = 180_000  # EN 50131 grade 4: somebody is asked within three minutes
NOT_RUNNING = frozenset({"planned", "closed", "cancelled"})
ENDED = frozenset({"closed", "cancelled"})

Json = dict[str, Any]
Key = tuple[str, str]  # visit, worker


def parts(evidence: Evidence) -> Iterator[tuple[int, int, Key, Json, Json]]:
    """Each change of a part: row, when, whose, as it was and as it is; rows in order."""
    known: dict[Key, Json] = {}
    for row, body in evidence.rows:
        visit = body.get("decision", {}).get("visit")
        for part in () if visit is None else visit.get("parts", ()):
            key = (str(visit["id"]), str(part["worker"]))
            yield (
                row.seq,
                row.recorded_ms,
                key,
                known.get(key, {}),
                part | {"kind": visit.get("kind", "visit")},
            )
            known[key] = part


def silence_is_told(evidence: Evidence) -> Iterator[Violation]:
    """A pendant on a running visit that nobody hears is in the log within SILENCE_MS; a hub that
    was away has heard nobody, and counts anew."""
    down = away(evidence)  # a slow disk makes nobody deaf
    revoked = revoked_spans(evidence)  # only what such a one presses is heard
    told = defaultdict(list)
    for row, _ in evidence.rows:
        if row.kind == "beat_lost":
            told[row.pendant].append(row.recorded_ms)
    heard = defaultdict(list)
    for opened in evidence.up:
        if isinstance(opened.message, Beat) and not opened.carried.forged:
            heard[opened.message.pendant].append(opened.carried.at_ms)
    pendants = {worker: pendant for pendant, worker in evidence.wearers.items()}
    for worker, span in _running(evidence):
        pendant = pendants.get(worker, "")
        marks = [each for each in heard[pendant] if span.from_ms <= each <= span.to_ms]
        deaf = joined([*down, *revoked.get(pendant, ())])
        marks += [each.to_ms for each in deaf if span.from_ms <= each.to_ms <= span.to_ms]
        marks = [span.from_ms, *sorted(marks), span.to_ms]
        beats = set(heard[pendant])
        since_ms = max((each for each in beats if each <= span.from_ms), default=0)
        for mark_ms, next_ms in pairwise(marks):
            since_ms = mark_ms if mark_ms in beats else since_ms
            latest_ms = mark_ms + SILENCE_MS
            if latest_ms >= evidence.jumped_ms:
                break
            if next_ms <= latest_ms or touched(deaf, mark_ms + 1, latest_ms):
                continue
            if not any(since_ms <= at_ms <= latest_ms for at_ms in told[pendant]):
                said = f"silent since {mark_ms} on a running visit, and nobody was told"
                yield Violation("silence-is-told", latest_ms, pendant, said)


def _running(evidence: Evidence) -> Iterator[tuple[str, Span]]:
    """When a worker was on a visit. A day out is none: nobody watches her pendant's silence."""
    began: dict[str, int] = {}
    open_parts: dict[str, set[str]] = defaultdict(set)
    for _, at_ms, (visit, worker), _, part in parts(evidence):
        if part["kind"] == "day" or part.get("phase", "planned") in NOT_RUNNING:
            open_parts[worker].discard(visit)
        else:
            open_parts[worker].add(visit)
        if open_parts[worker]:
            began.setdefault(worker, at_ms)
        elif worker in began:
            yield worker, Span(began.pop(worker), at_ms)
    for worker, from_ms in began.items():
        yield worker, Span(from_ms, evidence.book.last_turn_ms)


def replay_is_no_life(evidence: Evidence) -> Iterator[Violation]:
    """Each answer is to a newer beat than the one before: one that was heard is heard no more. A
    hub that died, or could not write, may have forgotten the newest."""
    ends = [each.at_ms for each in evidence.of(HubLife)]
    for each in evidence.of(Befell):
        if each.kind == "disk_full":
            ends += [each.at_ms, each.ends_ms]
    answers: dict[tuple[str, str, int], list[Standing]] = defaultdict(list)
    for token in dict.fromkeys(opened.carried.token for opened in evidence.down):
        message = _standing(evidence, token)
        if message is not None and message.boot != NO_BOOT:
            life = sum(end_ms <= message.hub_ms for end_ms in ends)
            answers[message.pendant, message.boot, life].append(message)
    for (pendant, _, _), found in answers.items():
        newest = 0
        for message in sorted(found, key=lambda each: each.version):
            if message.beat <= newest:
                said = f"beat {message.beat} was answered after beat {newest}"
                yield Violation("replay-is-no-life", message.hub_ms, pendant, said)
            newest = max(newest, message.beat)


def _standing(evidence: Evidence, token: bytes) -> Standing | None:
    opened = evidence.by_token.get(token)
    message = None if opened is None else opened.message
    return message if isinstance(message, Standing) else None


def inside_is_watched(evidence: Evidence) -> Iterator[Violation]:
    """As long as she truly is at a visit that the hub knows, it is not over for the hub."""
    over: dict[Key, int] = {}
    for _, at_ms, key, _, part in parts(evidence):
        if part.get("phase", "planned") in ENDED and at_ms < evidence.jumped_ms:
            over.setdefault(key, at_ms)
    place: dict[str, Went] = {}
    for sight in evidence.of(Went):
        before = place.get(sight.worker)
        if before is not None and before.place == "inside":
            ended_ms = over.get((before.visit, before.worker))
            if ended_ms is not None and ended_ms < sight.at_ms:
                said = f"{before.worker} was inside until {sight.at_ms}, and watched no more"
                yield Violation("inside-is-watched", ended_ms, before.visit, said)
        place[sight.worker] = sight


def always_watched(evidence: Evidence) -> Iterator[Violation]:
    """Whoever opened the hub's database while it ran found nobody out, and no alarm open, for whom
    nothing fell due."""
    for sight in evidence.of(Unwatched):
        yield Violation("watched", sight.at_ms, "", sight.what)


def old_press_moves_nothing(evidence: Evidence) -> Iterator[Violation]:
    """A press from before she arrived, or was let in, that comes later changes no phase."""
    kinds = {row.seq: row for row, _ in evidence.rows if row.kind in PENDANT_EVENTS}
    for seq, _, (visit, worker), before, part in parts(evidence):
        row = kinds.get(seq)
        if row is None or row.worker != worker or not before:
            continue
        anchors = before.get("anchors", {})
        newest_ms = max(anchors.get("confirmed", -1), anchors.get("arrival", -1))
        was, now = before.get("phase", "planned"), part.get("phase", "planned")
        if row.at_ms < newest_ms and was != now:
            said = f"{row.kind} of {row.at_ms} in row {seq} moved {worker}: {was} -> {now}"
            yield Violation("old-press-moves-nothing", row.recorded_ms, visit, said)
