"""P2, P5: what is felt and only the hub can know follows a word of the hub's that said just that.

Rule: a word counts once, and only if it is signed for her; an old one is no cause of a new feeling.
What is felt again without a new word (go in, at each touch; a question, each minute) must still
hold: a word lapses with its time, and dies with the power.
"""

from collections.abc import Callable, Iterator

from protocol.messages import Receipt, SosAborted, SosPressed, Standing
from protocol.record import Message
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.seen import Carried, Felt, Powered

Check = Callable[[Evidence], Iterator[Violation]]
ONCE = ("hub-has-it", "person-has-it", "nobody-has-it", "over")  # one feeling for one word
MAX_VALID_MS = 600_000  # whatever a standing says (docs/protocol.md)


def follows(pattern: str, checker: str = "") -> Check:
    """The check of one pattern, under its own name or another checker's."""

    def check(evidence: Evidence) -> Iterator[Violation]:
        audible = _audible(evidence)
        said_ms: dict[str, int] = {}  # pendant -> until when the newest word of it holds
        for sight in evidence.seen.all:
            if isinstance(sight, Carried):
                opened = evidence.by_token.get(sight.token)
                if opened is not None and _says(pattern, opened.message, sight.to, audible):
                    until_ms = sight.at_ms + _holds_ms(pattern, opened.message)
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


def _audible(evidence: Evidence) -> set[tuple[str, str]]:
    """Every press that may be felt answered."""
    return {
        (opened.message.pendant, opened.identity)
        for opened in evidence.up
        if isinstance(opened.message, SosPressed | SosAborted)
    }


def _says(pattern: str, message: Message, pendant: str, audible: set[tuple[str, str]]) -> bool:
    if isinstance(message, Receipt):
        identity = f"{message.boot}.{message.seq}"
        return pattern == "hub-has-it" and (pendant, identity) in audible
    if not isinstance(message, Standing):
        return False
    named = (pendant, message.sos) in audible
    return {
        "hub-has-it": named,
        "person-has-it": named and message.sos_state == "owned",
        "nobody-has-it": message.sos_state != "owned" or named,
        "over": any((pendant, identity) in audible for identity in message.resolved),
        "go-in": bool(message.go_in),
        "prompt": bool(message.prompt),
    }[pattern]


def _holds_ms(pattern: str, message: Message) -> int:
    """For how long it may be felt. A question is asked until it is answered."""
    if pattern == "go-in" and isinstance(message, Standing):
        return min(message.valid_ms, MAX_VALID_MS)
    return MAX_VALID_MS if pattern in ONCE else 1 << 60
