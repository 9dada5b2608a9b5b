"""How she is reached: her lines in the procedure's order, which comes next, how each try ended.

Rule: only a person who spoke with her is contact (HM-3.1); her own mobile stands here only with her
consent on file; while a silent alarm is open none of her lines and no client's line is offered.
"""

from dataclasses import dataclass

from hub.rules.kinds import MEANS, RESULTS
from hub.rules.model import Attempt, Part, Visit
from hub.store.views import Client, Person
from hub.web.views import times, words
from hub.web.views.fields import Field, Form, Reading
from hub.web.views.scene import Line, Scene, line

# What no telephone of hers or the client's has a number for.
WITHOUT_NUMBER = ("office", "in-person", "direct-line")
CLIENT_LINES = frozenset({"client-landline", "client-mobile"})
BLOCKED = "Blocked: a silent alarm is open. A ringing phone may harm her."
NO_CONSENT = "no consent on file: not rung"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach her: what it is, its numbers, how it was tried, and why not if so."""

    means: str
    words: str
    lines: tuple[Line, ...]
    tried: str
    is_next: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Ring:
    """What is to be rung now, for one tap."""

    words: str
    number: str
    href: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt, for the list of who tried what."""

    at: str
    who: str
    means: str
    result: str
    reached: bool
    note: str


def ways(scene: Scene, part: Part, visit: Visit | None, silent: bool) -> tuple[Way, ...]:
    """Every way, in the order of the procedure, the next one marked."""
    known = numbers(scene, part.worker, visit)
    order = [means for means in (scene.policy.means or MEANS) if means != "answerphone"]
    order += [means for means in MEANS if means not in order and means != "answerphone"]
    # What has no number on file is no way, save what needs none.
    order = [means for means in order if known.get(means) or means in WITHOUT_NUMBER]
    if silent:
        order = [means for means in order if means in WITHOUT_NUMBER]
    following = next_means(scene, part, tuple(order))
    return tuple(
        Way(
            means=means,
            words=words.MEANS.get(means, means),
            lines=known.get(means, ()),
            tried=_last(scene, part, means),
            is_next=means == following and not silent,
        )
        for means in order
    )


def ring(offered: tuple[Way, ...]) -> Ring | None:
    """The next way's number, if it has one. While a silent alarm is open none is next."""
    lines = [(way, each) for way in offered if way.is_next for each in way.lines if each.href]
    return Ring(lines[0][0].words, lines[0][1].number, lines[0][1].href) if lines else None


def next_means(scene: Scene, part: Part, order: tuple[str, ...]) -> str:
    """The line that comes next: the first that was tried least since the last contact."""
    wanted = [means for means in scene.policy.means if means in order]
    missed = [a.means for a in since_contact(part) if not a.reached]
    return min(wanted or order, key=missed.count, default="")


def since_contact(part: Part) -> tuple[Attempt, ...]:
    """The tries since somebody last spoke with her."""
    spoken = [i for i, attempt in enumerate(part.attempts) if attempt.reached]
    return part.attempts[spoken[-1] + 1 :] if spoken else part.attempts


def _last(scene: Scene, part: Part, means: str) -> str:
    mine = [attempt for attempt in since_contact(part) if attempt.means == means]
    if not mine:
        return ""
    return f"{result_words(mine[-1])} at {times.clock(mine[-1].at_ms, scene.zone)}"


def numbers(scene: Scene, worker: str, visit: Visit | None) -> dict[str, tuple[Line, ...]]:
    """Means -> the numbers on file."""
    person = scene.people.get(worker)
    client = scene.clients.get(visit.client) if visit is not None else None
    found: dict[str, tuple[Line, ...]] = {}
    if person is not None:
        found["work-mobile"] = tuple(line(text) for text in person.phones)
        if own := own_mobile(person):
            found["own-mobile"] = (line(own),)
    if client is not None:
        for means, mobile in (("client-landline", False), ("client-mobile", True)):
            found[means] = tuple(each for each in client_lines(client) if is_mobile(each) is mobile)
    return found


def own_mobile(person: Person) -> str:
    """Her own number, with her consent on file; without it, it does not exist (SU-chain)."""
    return person.own_mobile if person.own_mobile_consent else ""


def client_lines(client: Client) -> tuple[Line, ...]:
    return tuple(line(text) for text in client.lines)


def is_mobile(known: Line) -> bool:
    """By what it is called, else as numbers are given out in the United Kingdom."""
    said = known.label.lower()
    if "mobile" in said or "landline" in said:
        return "mobile" in said
    bare = known.number.replace(" ", "").removeprefix("+44").removeprefix("0")
    return bare.startswith("7")


def result_words(attempt: Attempt) -> str:
    if attempt.result:
        return words.RESULTS.get(attempt.result, attempt.result)
    return "spoke with her" if attempt.reached else "not reached"


def tried(scene: Scene, attempts: tuple[Attempt, ...]) -> tuple[Tried, ...]:
    """Who tried, by which means, when, with what result; the newest first."""
    return tuple(
        Tried(
            at=times.clock_s(attempt.at_ms, scene.zone),
            who=scene.person_name(attempt.by),
            means=words.MEANS.get(attempt.means, attempt.means),
            result=result_words(attempt),
            reached=attempt.reached,
            note=attempt.note,
        )
        for attempt in reversed(attempts)
    )


def questions(offered: tuple[Way, ...], name: str) -> tuple[Field, ...]:
    """Two clicks: the line, which stands chosen already, and the result, which sends it."""
    options = tuple(
        (way.means, way.words + "".join(f" · {each.number}" for each in way.lines))
        for way in offered
    )
    links = tuple(way.lines[0].href if way.lines else "" for way in offered)
    chosen = next((way.means for way in offered if way.is_next), "")
    results = tuple(
        (key, f"Spoke with {name}" if key == "spoke" else words.RESULT_BUTTONS[key])
        for key in RESULTS
    )
    return (
        Field("means", "Which line", "radio", True, options, chosen, links=links),
        Field("result", "What came of it", "press", True, results),
        Field("note", "Note", "area", group="A note", folded=True),
    )


def form(
    kind: str, title: str, url: str, offered: tuple[Way, ...], name: str, silent: bool
) -> Form:
    """The same questions about a visit, an alarm and a call."""
    hint = "Only a person who spoke with her is contact: an answerphone or a message is none."
    return Form(kind, title, "Record it", url, questions(offered, name),
                hint=BLOCKED if silent else hint)  # fmt: skip


def read(asked: Reading) -> Reading:
    """Whether she was reached follows from the result."""
    result = asked.data.get("result")
    if not result:
        return asked
    return Reading(asked.ok, {**asked.data, "reached": result == "spoke"}, asked.form)
