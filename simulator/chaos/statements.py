"""What must be true afterwards: statements over what an outsider saw and the hub's log.

Rule: a statement reads `Seen` and a `Logbook` and nothing else, and names the press, the time and
what is missing. Times of sights are the world's (in live chaos: milliseconds of link time since the
start of the run); times of the log and inside signed messages are the hub's. The two are never
compared: a statement that needs both orders them by who caused what.
"""

from collections.abc import Callable, Iterator

from simulator.chaos import felt, kept, presses
from simulator.chaos.bounds import Bounds, Violation
from simulator.chaos.logbook import Logbook
from simulator.storm.seen import Seen

Statement = Callable[[Seen, Logbook, Bounds], Iterator[Violation]]

# name -> (the statement, the promise that it carries, what it says)
STATEMENTS: dict[str, tuple[Statement, str, str]] = {
    "felt-stored": (presses.felt_stored, "P1", "an SOS that power outlived is felt as stored"),
    "not-lost": (presses.not_lost, "P1", "an SOS felt as stored is in the log"),
    "one-press": (presses.one_press, "P4", "it is there as exactly one press of an alarm"),
    "not-invented": (presses.not_invented, "P7", "no press is in the log that nobody made"),
    "paged": (presses.paged, "P1", "a person is paged about each press once there is a way"),
    "hub-has-it": (felt.hub_has_it, "P2", '"the hub has it" is felt only once it is in the log'),
    "not-sent": (felt.not_sent, "P2", '"not sent" is felt within 10 s while there is no way'),
    "person-has-it": (felt.person_has_it, "P2", '"a person has it" only once a person took it'),
    "over": (felt.over, "P2", '"over" is felt only once a person has ended it'),
    "go-in": (felt.go_in, "P5", '"go in" is felt only once a person has confirmed'),
    "next-action": (kept.next_action, "P3", "every open alarm has a next action with a time"),
    "watched": (kept.watched, "P5", "nobody is out without a deadline"),
    "ended-by-people": (kept.ended_by_people, "P3", "a danger is ended by a person, by name"),
}


def check(seen: Seen, book: Logbook, bounds: Bounds) -> list[Violation]:
    """All of them, once everything has healed and settled."""
    return [
        violation
        for statement, _, _ in STATEMENTS.values()
        for violation in statement(seen, book, bounds)
    ]
