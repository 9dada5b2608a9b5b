"""How long somebody can be silent before a human being is asked to act, at worst, in each phase.

Rule: counted from her silence, or from the moment that she had promised where that lies ahead (the
planned start, the expected finish); to the first page of an alarm. `again`: after somebody ended
that alarm by hand without having spoken with her.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hub.policy.model import Policy, Timer
from hub.policy.promises import Broken
from hub.rules.model import Deadline, Visit
from hub.rules.phases import ENDED
from hub.rules.timing import AHEAD

MAX_SILENCE_MS = 2 * 3_600_000  # as for a backstop: longer, and nobody can call it watched


@dataclass(frozen=True, slots=True)
class Silence:
    """`after`: the promised moment it counts from, or "" for her silence."""

    level: str
    kind: str
    phase: str
    ms: int
    timer: str
    after: str
    again_ms: int
    history: tuple[str, ...] = ()


class Silences:
    """The worst of each level, kind of entry and phase."""

    def __init__(self) -> None:
        self._worst: dict[tuple[str, str, str], Silence] = {}

    def __iter__(self) -> Iterator[Silence]:
        return iter(self._worst.values())

    def heard(
        self,
        terms: Policy,
        visit: Visit,
        now_ms: int,
        due: Sequence[Deadline],
        open_alarms: frozenset[str],
        history: Callable[[], list[str]],
    ) -> Iterator[Broken]:
        """Takes one state in; what is too long in it is broken."""
        part = visit.parts[0]
        if part.phase in ENDED:
            return
        raising = [
            (late_ms, each)
            for each in due
            if each.worker == part.worker and terms.timer[each.timer].action == "raise"
            for late_ms in [_late(terms.timer[each.timer], each, now_ms)]
        ]
        if not raising:
            return
        late_ms, first = min(raising, key=lambda pair: (pair[1].due_ms, pair[0]))
        place = (visit.level, visit.kind, part.phase)
        worst = self._worst.get(place)
        timer = terms.timer[first.timer]
        after = timer.anchor if timer.anchor in AHEAD and first.anchor_ms > now_ms else ""
        again_ms = max(late_ms, worst.again_ms if worst is not None else 0)
        if open_alarms:
            if worst is None or again_ms > worst.again_ms:
                ms, by = (worst.ms, worst) if worst is not None else (-1, None)
                self._worst[place] = Silence(
                    *place, ms, by.timer if by else "", by.after if by else "", again_ms,
                    by.history if by else (),
                )  # fmt: skip
        elif worst is None or late_ms > worst.ms:
            told = tuple(history())
            self._worst[place] = Silence(*place, late_ms, first.timer, after, again_ms, told)
        elif again_ms > worst.again_ms:
            self._worst[place] = Silence(
                *place, worst.ms, worst.timer, worst.after, again_ms, worst.history
            )
        if late_ms > MAX_SILENCE_MS:
            said = (
                f"nobody is asked for {late_ms // 60_000} min in {part.phase!r};"
                f" allowed is to {MAX_SILENCE_MS // 60_000} min"
            )
            yield Broken("timer", first.timer, "wait", said)


def _late(timer: Timer, due: Deadline, now_ms: int) -> int:
    """From her silence, or from the promised moment if that is ahead."""
    promised_ms = due.anchor_ms if timer.anchor in AHEAD else now_ms
    return max(due.due_ms - max(promised_ms, now_ms), 0)
