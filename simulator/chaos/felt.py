"""Statements about what is felt: never a lie, and what is not so is said in time (P2, P5).

Rule: what is felt must follow a message that the hub sent down, and what such a message says must
follow what caused it: the commit of the press, or a person who asked for it.
"""

from collections.abc import Iterator
from typing import TypeGuard

from protocol.messages import Receipt, Standing
from simulator.chaos.bounds import Bounds, Violation
from simulator.chaos.logbook import Logbook
from simulator.chaos.presses import in_log, sos_pressed
from simulator.storm.seen import Asked, Carried, Felt, Powered, Seen, Sight

# What tells her how it stands with her SOS.
ANSWERS = ("not-sent", "hub-has-it", "person-has-it")
# A command -> what its alarm or visit may then be said to be.
CAUSES = {"acknowledge": "person-has-it", "resolve": "over", "confirm_arrival": "go-in"}


def hub_has_it(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """A receipt of an SOS was signed no earlier than its commit, and is about a press in the log;
    what is felt follows such a receipt, or a standing that names the SOS."""
    logged = in_log(book)
    told: set[str] = set()
    for sight in seen.all:
        if isinstance(sight, Carried) and not sight.forged:
            message = seen.message(sight.token, up=False)
            if isinstance(message, Receipt):
                lines = logged.get((sight.to, f"{message.boot}.{message.seq}"), [])
                if lines and lines[0].recorded_ms > message.hub_ms:
                    what = f"{sight.to}: a receipt of {lines[0].identity} is older than its commit"
                    yield Violation("hub-has-it", sight.at_ms, what)
                if lines:
                    told.add(sight.to)
            elif isinstance(message, Standing) and message.sos:
                told.add(sight.to)
        elif _is_felt(sight, "hub-has-it") and sight.pendant not in told:
            what = f'{sight.pendant}: "the hub has it", and no receipt of an SOS had come'
            yield Violation("hub-has-it", sight.at_ms, what)


def _is_felt(sight: Sight, pattern: str) -> TypeGuard[Felt]:
    return isinstance(sight, Felt) and sight.pattern == pattern


def not_sent(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """Within 10 s of each SOS she feels that it is not sent, if by then she has not felt that the
    hub, or a person, has it. Whether there was a way is not asked: she cannot know it."""
    felt = [each for each in seen.all if isinstance(each, Felt) and each.pattern in ANSWERS]
    power = [each for each in seen.all if isinstance(each, Powered)]
    for press in sos_pressed(seen):
        latest_ms = press.at_ms + bounds.not_sent_ms + bounds.lag_ms
        mine = (press.pendant, press.at_ms, latest_ms)
        if _happened(power, *mine) or not _is_on(power, press.pendant, press.at_ms):
            continue
        if not _happened(felt, *mine):
            what = f'{press.pendant}: its SOS was neither answered nor felt as "not sent" in time'
            yield Violation("not-sent", press.at_ms, what)


def _happened(sights: list[Felt] | list[Powered], pendant: str, from_ms: int, to_ms: int) -> bool:
    return any(each.pendant == pendant and from_ms <= each.at_ms <= to_ms for each in sights)


def _is_on(power: list[Powered], pendant: str, at_ms: int) -> bool:
    before = [each.on for each in power if each.pendant == pendant and each.at_ms <= at_ms]
    return not before or before[-1]


def person_has_it(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """An SOS is said to be taken only once somebody had asked to take that alarm."""
    yield from _caused("person-has-it", seen, book)


def over(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """A press is said to be over only once somebody had asked to end that alarm."""
    yield from _caused("over", seen, book)


def go_in(seen: Seen, book: Logbook, bounds: Bounds) -> Iterator[Violation]:
    """She is told to go in only once somebody had asked to confirm that visit's arrival."""
    yield from _caused("go-in", seen, book)


def _caused(pattern: str, seen: Seen, book: Logbook) -> Iterator[Violation]:
    about, asked, told = _about(book), set[str](), set[str]()
    reported: set[tuple[str, str]] = set()
    for sight in in_order(seen):
        if isinstance(sight, Asked) and CAUSES.get(sight.kind) == pattern:
            if sight.ok is not False:
                asked.add(str(sight.data.get("alarm") or sight.data.get("visit", "")))
        elif isinstance(sight, Carried) and not sight.forged:
            message = seen.message(sight.token, up=False)
            for identity in _claims(pattern, message) if isinstance(message, Standing) else ():
                told.add(sight.to)
                cause = about.get((sight.to, identity), "")
                if cause and cause not in asked and (sight.to, identity) not in reported:
                    reported.add((sight.to, identity))
                    what = f'{sight.to}: told "{pattern}" of {identity}; nobody had asked for it'
                    yield Violation(pattern, sight.at_ms, what)
        elif _is_felt(sight, pattern) and sight.pendant not in told:
            what = f'{sight.pendant}: felt "{pattern}", and the hub had not said it'
            yield Violation(pattern, sight.at_ms, what)


def _claims(pattern: str, standing: Standing) -> list[str]:
    """The presses of which this standing says so."""
    if pattern == "over":
        return list(standing.resolved)
    if pattern == "go-in":
        return [standing.go_in] if standing.go_in else []
    return [standing.sos] if standing.sos_state == "owned" else []


def _about(book: Logbook) -> dict[tuple[str, str], str]:
    """(pendant, identity) -> the alarm that holds the press, or the visit that it arrived at."""
    visits = {
        (line.pendant, line.identity): line.visit
        for line in book.lines
        if line.visit and line.identity
    }
    return visits | {key: lines[0].alarm for key, lines in in_log(book).items()}


def in_order(seen: Seen) -> list[Sight]:
    """By when it began: what was asked is seen with its answer, and was asked before."""
    return sorted(seen.all, key=lambda sight: sight.at_ms)
