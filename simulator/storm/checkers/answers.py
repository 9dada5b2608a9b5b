"""P2, P5: what is felt and only the hub can know follows a word of the hub's that said just that.

Rule: a word counts once, and only if it is signed for her; an old one is no cause of a new feeling.
What is felt again without a new word (go in, at each touch; a question, each minute) must still
hold: a word lapses with its time, and dies with the power.
"""

from collections.abc import Callable, Iterator

from protocol.messages import Receipt, Standing
from protocol.record import Message
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.seen import Carried, Felt, Powered

Check = Callable[[Evidence], Iterator[Violation]]
Audible = frozenset[tuple[str, str]]  # (pendant, press): what may be felt answered
ONCE = ("hub-has-it", "person-has-it", "nobody-has-it", "over")  # one feeling for one word
MAX_VALID_MS = 600_000  # whatever a standing says (docs/protocol.md)


def follows(pattern: str, checker: str = "") -> Check:
    """The check of one pattern, under its own name or another checker's."""
    says = WORDS[pattern]

    def check(evidence: Evidence) -> Iterator[Violation]:
        audible = evidence.audible
        said_ms: dict[str, int] = {}  # pendant -> until when the newest word of it holds
        for sight, message in evidence.heard_and_felt:
            if isinstance(sight, Carried):
                if message is not None and says(message, sight.to, audible):
                    until_ms = sight.at_ms + _holds_ms(pattern, message)
                    said_ms[sight.to] = max(said_ms.get(sight.to, 0), until_ms)
            elif isinstance(sight, Powered):
                said_ms.pop(sight.pendant, None)
            elif isinstance(sight, Felt) and sight.pattern == pattern:
                if sight.at_ms > said_ms.get(sight.pendant, -1):
                    said = f'felt "{pattern}", and no word of the hub\'s since had said it'
                    yield Violation(checker or pattern, sight.at_ms, sight.pendant, said)
                if pattern in ONCE:
                    said_ms.pop(sight.pendant, None)

    check.__doc__ = f'"{pattern}" follows a signed word that says so'
    check.__doc__ += ", each word once" if pattern in ONCE else ", while it holds"
    return check


def _hub_has_it(message: Message, pendant: str, audible: Audible) -> bool:
    if isinstance(message, Receipt):
        return (pendant, f"{message.boot}.{message.seq}") in audible
    return _names_hers(message, pendant, audible)


def _names_hers(message: Message, pendant: str, audible: Audible) -> bool:
    return isinstance(message, Standing) and (pendant, message.sos) in audible


def _person_has_it(message: Message, pendant: str, audible: Audible) -> bool:
    owned = isinstance(message, Standing) and message.sos_state == "owned"
    return owned and _names_hers(message, pendant, audible)


def _nobody_has_it(message: Message, pendant: str, audible: Audible) -> bool:
    if not isinstance(message, Standing):
        return False
    return message.sos_state != "owned" or (pendant, message.sos) in audible


def _over(message: Message, pendant: str, audible: Audible) -> bool:
    if not isinstance(message, Standing):
        return False
    return any((pendant, identity) in audible for identity in message.resolved)


def _go_in(message: Message, pendant: str, audible: Audible) -> bool:
    return isinstance(message, Standing) and bool(message.go_in)


def _prompt(message: Message, pendant: str, audible: Audible) -> bool:
    return isinstance(message, Standing) and bool(message.prompt)


# pattern -> whether this word of the hub's says so.
WORDS: dict[str, Callable[[Message, str, Audible], bool]] = {
    "hub-has-it": _hub_has_it,
    "person-has-it": _person_has_it,
    "nobody-has-it": _nobody_has_it,
    "over": _over,
    "go-in": _go_in,
    "prompt": _prompt,
}


def _holds_ms(pattern: str, message: Message) -> int:
    """For how long it may be felt. A question is asked until it is answered."""
    if pattern == "go-in" and isinstance(message, Standing):
        return min(message.valid_ms, MAX_VALID_MS)
    return MAX_VALID_MS if pattern in ONCE else 1 << 60
