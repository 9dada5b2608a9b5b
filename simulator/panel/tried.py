"""What a newcomer should try, and whether it has really happened.

The rule it keeps: an item is ticked by what pendants, hub and people's phones report, never by what
was clicked; its happenings must come in their order and be of one wearer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase

from simulator.live.feed import Happening

Step = tuple[str, str]  # source and what, as the feed says them; `*` stands for anything


@dataclass(frozen=True, slots=True)
class Try:
    id: str
    title: str
    how: str
    steps: tuple[Step, ...]


TRIES = (
    Try("plan", "Plan a visit",
        "“Plan a first meeting” below the pendant does it in one click.",
        (("log", "plan_visit"),)),
    Try("out", "Set out",
        "Hold A for two seconds, and let go when the long pulse has been felt.",
        (("log", "started_out"),)),
    Try("door", "Be at the door",
        "Press A once. Nobody has spoken with her yet, so four long pulses: do not go in.",
        (("feel", "do-not-go-in"),)),
    Try("in", "Let her in",
        "On the board beside it: confirm that she has arrived. The pendant says: go in.",
        (("feel", "go-in"),)),
    Try("call-back", "Miss a call-back",
        "In a first meeting she is called after 20 minutes. Speed time up and do nothing:"
        " her tracker is paged, and then others.",
        (("alarm", "call_back_due raised"),)),
    Try("sos", "Call for help",
        "Hold SOS for two seconds, or stab it three times. Stored first, then the hub has it.",
        (("feel", "stored"), ("feel", "hub-has-it"))),
    Try("taken", "Somebody takes it",
        "“I have it” on the board. She feels that a person has her alarm.",
        (("feel", "person-has-it"),)),
    Try("over", "Somebody ends it",
        "“Record an attempt”, then “It is over”, once she has been spoken with.",
        (("feel", "over"),)),
    Try("duress", "Silent duress",
        "A and D together for a second (two fingers, or the keys A and D). It feels exactly"
        " like A once; the board knows.",
        (("log", "duress"),)),
    Try("blackspot", "Walk into a blackspot",
        "Press SOS without a path: not sent. Walk out of it, and the hub has it.",
        (("step", "network [!t]*"), ("feel", "not-sent"), ("step", "network through"),
         ("feel", "hub-has-it"))),
    Try("power", "Cut the power after “stored”",
        "In a blackspot: SOS, cut the power, turn it on, walk out. The press was in flash.",
        (("feel", "stored"), ("process", "power cut"), ("boot", "*"), ("feel", "hub-has-it"))),
    Try("hub", "Kill the hub during a visit",
        "Within a minute she feels that nobody is listening. Start it again: somebody is.",
        (("process", "killed"), ("feel", "hub-lost"), ("process", "started"),
         ("feel", "hub-back"))),
    Try("home", "Leave, and be home",
        "D once, confirm it on the board, then hold D for two seconds.",
        (("log", "departed"), ("log", "home_safe"))),
)  # fmt: skip


class Tried:
    """How far each wearer has come with each item."""

    def __init__(self, wearers: Collection[str]) -> None:
        self._wearers = frozenset(wearers)
        self._met = {(each.id, who): 0 for each in TRIES for who in sorted(wearers)}

    def happened(self, item: Happening) -> bool:
        """Whether something was ticked, or came nearer to it."""
        changed = False
        for each in TRIES:
            for who in self._of(item):
                met = self._met[each.id, who]
                if met < len(each.steps) and _is(item, each.steps[met]):
                    self._met[each.id, who] = met + 1
                    changed = True
        return changed

    def _of(self, item: Happening) -> tuple[str, ...]:
        """Whom it is about: what is of the hub or of a person at a screen is of every wearer."""
        return (item.who,) if item.who in self._wearers else tuple(sorted(self._wearers))

    def met(self, each: Try) -> int:
        """Steps done by whoever has come furthest."""
        return max((self._met[each.id, who] for who in self._wearers), default=0)


def _is(item: Happening, step: Step) -> bool:
    return item.source == step[0] and fnmatchcase(item.what, step[1])
