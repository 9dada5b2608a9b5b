"""A procedure as a paper that a safety manager reads: paragraphs grouped as a visit goes.

Rule: pure, and complete: every row of the policy is one sentence in exactly one paragraph, with its
clause and paragraph of the source, or "ours". `text` and `html` print the same paper.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from hub.policy import telling
from hub.policy.duties import OURS
from hub.policy.model import Gate, Policy, Timer
from hub.policy.saying import MEANS, MOMENTS, both, clock, counted, days_of
from hub.policy.telling import Sentence

# The paragraphs in their order: key -> title.
PARAGRAPHS = {
    "levels": "How closely a visit is watched",
    "people": "Who is who",
    "before": "Before the visit",
    "arrival": "On arrival, at the door",
    "no-answer": "Nobody answers, no way in, or a concern at the door",
    "inside": "Inside: call-backs and check-ins",
    "finish": "The expected finish",
    "leaving": "Leaving, and breaking off",
    "after": "After the visit: next, back to base, or home",
    "day": "Out for the day",
    "building": "Alone in the building, and meetings in the office",
    "left": "Somebody who must not be left alone",
    "danger": "Danger",
    "manager": "When she is not reached: the manager decides",
    "board": "On the board and the screens",
    "keys": "Keys, badges and entry codes",
    "written": "What is written down",
    "year": "Through the year",
    "system": "When the system itself is in doubt",
    "calls": "Who is called, in which order",
    "terms": "Office hours, and how long things are kept",
}
_BY_FACT = {
    "day_entry": "day",
    "on_site": "building",
    "office_meeting": "building",
    "opening_up": "building",
}
_BY_ANCHOR = {
    **dict.fromkeys(("planned_start", "awaited", "started_out", "entered"), "before"),
    "tracker_agreed": "before",
    **dict.fromkeys(("arrival_claim", "arrival_call"), "arrival"),
    **dict.fromkeys(("no_answer", "concern"), "no-answer"),
    **dict.fromkeys(("arrival", "confirmed", "called_back", "call_back"), "inside"),
    **dict.fromkeys(("finish", "agreed_end", "overrun", "carry_on_claim", "check_in"), "finish"),
    **dict.fromkeys(("departure_claim", "broken_off"), "leaving"),
    **dict.fromkeys(("departed", "expected_back", "home_claim"), "after"),
    **dict.fromkeys(("relief_due", "left_alone"), "left"),
    "signs": "building",
    "unknown": "system",
}
_BY_PHASE = {
    **dict.fromkeys(("planned", "on-the-way", "cancelled"), "before"),
    "at-door": "arrival",
    "inside": "inside",
    **dict.fromkeys(("broken-off", "leaving"), "leaving"),
    **dict.fromkeys(("going-home", "to-base", "closed"), "after"),
}
_BY_COMMAND = {
    **dict.fromkeys(("confirm_arrival", "refuse_entry"), "arrival"),
    **dict.fromkeys(("stand_down", "carry_on", "record_contact"), "inside"),
    "extend": "finish",
    **dict.fromkeys(("confirm_departure", "abandon"), "leaving"),
    "confirm_home": "after",
    "relief_came": "left",
    "report_signs": "building",
    "choose_case": "no-answer",
    **dict.fromkeys(("report_danger", "record_answer"), "danger"),
    **dict.fromkeys(("acknowledge", "resolve", "do_task", "waive_task"), "manager"),
    "write_record": "written",
    "start_drill": "year",
}  # everything else is done before the visit
_BY_ALARM = {
    **dict.fromkeys(("no_tracker", "no_arrival"), "before"),
    "arrival_unconfirmed": "arrival",
    **dict.fromkeys(("no_answer", "concern_at_door"), "no-answer"),
    **dict.fromkeys(("call_back_due", "check_in_missed"), "inside"),
    "finish_missed": "finish",
    "departure_unconfirmed": "leaving",
    "home_unconfirmed": "after",
    **dict.fromkeys(("relief_late", "left_alone"), "left"),
    "forced_entry": "building",
    "manager_now": "manager",
    **dict.fromkeys(
        ("sos", "duress", "duress_suspected", "coded_danger", "sos_aborted", "family_worried"),
        "danger",
    ),
    "key_gone": "keys",
    **dict.fromkeys(("incident_told", "record_due"), "written"),
    "drill": "year",
}  # everything else is the system's
_BY_EVENT = {
    **dict.fromkeys(
        ("sos_pressed", "sos_aborted", "duress", "duress_suspected", "coded-phrase", "family"),
        "danger",
    ),
    "call": "danger",
    "left_alone": "left",
    "signs_of_entry": "building",
    "key_gone": "keys",
    "incident_told": "written",
    "drill": "year",
}
_BY_REGISTER = {
    **dict.fromkeys(("key", "badge", "entry-code"), "keys"),
    **dict.fromkeys(("assessment", "contact"), "before"),
    "absence": "board",
    "drill": "year",
    "review": "year",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """`about`: from which text it was read, and which version this is."""

    title: str
    about: str
    paragraphs: tuple[Paragraph, ...]


def paper(policy: Policy) -> Paper:
    """The whole procedure; a paragraph that would be empty is left out."""
    found: dict[str, list[Sentence]] = {key: [] for key in PARAGRAPHS}
    for key, sentence in _sentences(policy):
        found[key].append(sentence)
    return Paper(
        f"{policy.organisation}: {policy.title}",
        f"Version {policy.version} ({policy.digest[:12]}), read from: {policy.document}.",
        tuple(Paragraph(PARAGRAPHS[key], tuple(said)) for key, said in found.items() if said),
    )


def _sentences(policy: Policy) -> Iterator[tuple[str, Sentence]]:
    """(paragraph, sentence) of every row."""
    for name, (place, say) in TELLERS.items():
        rows = getattr(policy, name)
        for row in sorted(rows, key=_order(policy)) if name == "timers" else rows:
            yield place(row), say(policy, row)
    for name, sentence in terms(policy).items():
        if sentence.text:
            yield "inside" if name == "means" else "terms", sentence


def terms(policy: Policy) -> dict[str, Sentence]:
    """What stands once in a policy, by its field: the order of lines, hours, how long is kept."""
    lines = both([MEANS[means] for means in policy.means], "and last")
    order = f"Not reached, she is tried on these lines, in this order: {lines}."
    hours, kept = policy.hours, policy.retention
    closed = f", but not on {both(list(hours.closed))}" if hours.closed else ""
    opened = f"The office is open from {clock(hours.opens_min)} to {clock(hours.closes_min)}"
    how_long = (
        f"A visit is kept for {counted(kept.visit_days, 'day')}, what was said and pressed for "
        f"{counted(kept.payload_days, 'day')}, who looked at what for "
        f"{counted(kept.looks_days, 'day')}. Positions of a visit that ended well go at once."
    )
    source = "" if policy.means_clause else OURS
    return {
        "means": Sentence(order if policy.means else "", clause=policy.means_clause, source=source),
        "hours": Sentence(
            f"{opened}, {days_of(hours.days)}{closed}.", clause=hours.clause, source=hours.source
        ),
        "retention": Sentence(how_long),
    }


def _order(policy: Policy) -> Callable[[Timer], tuple[int, int, int]]:
    """Clocks as they run: from the same moment, for the same visits, the shorter wait first."""
    moments, levels = list(MOMENTS), list(policy.level)

    def order(row: Timer) -> tuple[int, int, int]:
        mildest = min((levels.index(each) for each in row.levels if each in levels), default=-1)
        return moments.index(row.anchor), mildest, row.wait_ms

    return order


def _of_timer(row: Timer) -> str:
    for fact in row.when:
        if fact in _BY_FACT:
            return _BY_FACT[fact]
    if row.backstop:
        return "system"
    return _BY_ANCHOR.get(row.anchor) or _BY_PHASE[row.phases[0]]


def _of_gate(row: Gate) -> str:
    for fact in row.when:
        if fact in _BY_FACT:
            return _BY_FACT[fact]
    return _BY_COMMAND.get(row.command, "before")


def _of_moment(row: Any) -> str:
    """Of an instruction or a task: where its first moment belongs."""
    for fact in getattr(row, "when", ()):
        if fact in _BY_FACT:
            return _BY_FACT[fact]
    what, _, which = row.at[0].partition(":")
    if what == "alarm":
        return _BY_ALARM.get(which, "system")
    if what == "command":
        return _BY_COMMAND.get(which, "before")
    if what == "phase":
        return _BY_PHASE[which]
    return "no-answer" if what == "case" else "danger"


Place = Callable[[Any], str]
Teller = Callable[[Policy, Any], Sentence]


def _always(paragraph: str) -> Place:
    return lambda row: paragraph


# The policy's fields in the order in which a paragraph tells them.
TELLERS: dict[str, tuple[Place, Teller]] = {
    "levels": (_always("levels"), telling.level),
    "choices": (_always("levels"), telling.choice),
    "roles": (_always("people"), telling.role),
    "gates": (_of_gate, telling.gate),
    "phrases": (_always("danger"), telling.phrase),
    "scripts": (_always("danger"), telling.script),
    "after": (_always("after"), telling.after),
    "timers": (_of_timer, telling.timer),
    "on": (lambda row: _BY_EVENT.get(row.event, "system"), telling.on),
    "cases": (lambda row: _BY_ALARM.get(row.alarm, "manager"), telling.case),
    "tasks": (_of_moment, telling.task),
    "instructions": (_of_moment, telling.instruction),
    "letters": (_always("board"), telling.letter),
    "screens": (_always("board"), telling.screen),
    "registers": (lambda row: _BY_REGISTER.get(row.kind, "written"), telling.register),
    "reviews": (_always("year"), telling.review),
    "ladders": (_always("calls"), telling.ladder),
}


def cited(sentence: Sentence) -> str:
    """`HM-4.2.2 · 4.2.2`, or `ours`."""
    if not sentence.clause:
        return sentence.source
    return " · ".join(part for part in (", ".join(sentence.clause), sentence.source) if part)


def text(found: Paper, width: int = 96) -> list[str]:
    """The paper for a terminal."""
    lines = [found.title, found.about]
    for number, paragraph in enumerate(found.paragraphs, 1):
        lines += ["", f"{number}. {paragraph.title}"]
        for sentence in paragraph.sentences:
            told = f" {sentence.told}" if sentence.told else ""
            lines += _wrapped(f"{sentence.text}{told} [{cited(sentence)}]", width)
    return lines


def _wrapped(said: str, width: int) -> list[str]:
    lines, line = [], "  –"
    for word in said.split():
        if len(line) + 1 + len(word) > width:
            lines.append(line)
            line = "   "
        line += f" {word}"
    return [*lines, line]


def html(found: Paper) -> str:
    """The paper as a fragment for a page: headings from h2, every word escaped."""
    parts = [f"<h2>{escape(found.title)}</h2>", f'<p class="about">{escape(found.about)}</p>']
    for number, paragraph in enumerate(found.paragraphs, 1):
        parts.append(f"<section><h3>{number}. {escape(paragraph.title)}</h3><ul>")
        for sentence in paragraph.sentences:
            told = f' <span class="called">{escape(sentence.told)}</span>'
            parts.append(
                f"<li>{escape(sentence.text)}{told if sentence.told else ''} "
                f'<small class="source">{escape(cited(sentence))}</small></li>'
            )
        parts.append("</ul></section>")
    return f'<article class="procedure">{"".join(parts)}</article>'
