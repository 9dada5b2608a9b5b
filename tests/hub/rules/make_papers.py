"""Makes the tables of docs/rules.md, policies.md and registers.md from the tables of the code.

    python -m tests.hub.rules.make_papers

The rule it keeps: what a reader is told about rules and policies is what the code does; tests make
both again and compare.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from hub.policy.model import Policy, Timer
from hub.policy.words import ACTIONS, ANCHORS, EARNED_BY, FROM
from hub.rules.facts import LIVE_FACTS, PART_FACTS, PLAN_FACTS
from hub.rules.gates import REQUIREMENTS
from hub.rules.kinds import (
    ALARM_KINDS,
    COMMANDS,
    HUB_EVENTS,
    MEANS,
    NEVER_AUTO_RESOLVED,
    ON_EVENTS,
    PENDANT_EVENTS,
    SILENT_KINDS,
)
from hub.rules.phases import FOLLOWS, PHASES
from hub.rules.reading import TABLE
from tests.shipped import policy_of
from tests.tree import ROOT

RULES = ROOT / "docs" / "rules.md"
POLICIES = ROOT / "docs" / "policies.md"
NAMES = ("homemaker-exeter", "derbyshire-childrens-services", "acorn-partnership", "sutton-cypl",
         "leading-futures", "carers-trust-d06b", "plain")  # fmt: skip


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [" | ".join(head), "|".join("---" for _ in head), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def code(*words: str) -> str:
    return ", ".join(f"`{word}`" for word in words)


def meanings(head: str, words: Mapping[str, str]) -> str:
    return table((head, "meaning"), ((code(word), said) for word, said in words.items()))


def of_rules() -> dict[str, str]:
    """The made parts of docs/rules.md by their names."""
    alarms = (
        (code(kind), str(rank), said, _ends(kind))
        for kind, (rank, said) in sorted(ALARM_KINDS.items(), key=lambda item: item[1][0])
    )
    reading = (
        (code(gesture), code(kind), code(*(p for (g, p), k in TABLE.items() if (g, k) == pair)))
        for pair in sorted({(gesture, kind) for (gesture, _), kind in TABLE.items()})
        for gesture, kind in [pair]
    )
    follows = ((code(phase), code(*FOLLOWS[phase]) or "an end") for phase in PHASES)
    said = ((code(kind), words) for kind, words in COMMANDS.items())
    return {
        "phases": table(("phase", "followed by"), follows),
        "reading": table(("gesture", "event", "in phase"), reading),
        "pendant-events": meanings("event", PENDANT_EVENTS),
        "commands": table(("command", "what is said with it"), said),
        "hub-events": meanings("event", HUB_EVENTS),
        "alarms": table(("kind", "rank", "meaning", "ends"), alarms),
        "means": f"{code(*MEANS)}.\n",
    }


def _ends(kind: str) -> str:
    how = "by an explicit resolution" if kind in NEVER_AUTO_RESOLVED else "when a person acts on it"
    return how + (", nothing reaches her side" if kind in SILENT_KINDS else "")


def span(ms: int) -> str:
    for unit_ms, unit in ((3_600_000, "h"), (60_000, "min"), (1_000, "s")):
        if ms and ms % unit_ms == 0:
            return f"{ms // unit_ms} {unit}"
    return "at once"


def waited(timer: Timer) -> str:
    if timer.wait_agreed:
        return "the agreed interval" + (f" + {span(timer.wait_ms)}" if timer.wait_ms else "")
    return span(timer.wait_ms)


def done(timer: Timer) -> str:
    what = {
        "raise": f"raise `{timer.kind}` to `{timer.ladder}`",
        "page": f"page {code(*timer.roles)}",
        "prompt": f"ask her pendant `{timer.prompt}`",
    }[timer.action]
    return what + ("; only when nothing else watches" if timer.backstop else "")


def where(timer: Timer) -> str:
    limits = [code(*timer.levels)] if timer.levels else []
    limits += [f"if {code(*timer.when)}"] if timer.when else []
    limits += [f"until {code(*timer.until)}"] if timer.until else []
    return "; ".join(limits) or "always"


def timetable(policy: Policy) -> str:
    rows = (
        (f"`{timer.anchor}`", waited(timer), done(timer), where(timer),
         f"{', '.join(timer.clause) or '–'} ({timer.source})")
        for timer in policy.timers
    )  # fmt: skip
    head = f"### {policy.organisation}: {policy.title}\nFrom: {policy.document}.\n\n"
    return head + table(("from", "after", "do", "where", "clause and source"), rows)


def of_policies() -> dict[str, str]:
    """The made parts of docs/policies.md by their names."""
    on = ((code(event), code(kind)) for event, kind in ON_EVENTS.items())
    return {
        "anchors": meanings("anchor", ANCHORS),
        "facts": meanings("fact", {**PLAN_FACTS, **PART_FACTS, **LIVE_FACTS}),
        "requirements": meanings("requirement", {k: v[0] for k, v in REQUIREMENTS.items()}),
        "on": table(("event", "alarm"), on),
        "words": "\n".join(
            (
                meanings("people", FROM),
                meanings("earned_by", EARNED_BY),
                f"Actions: {code(*ACTIONS)}.\n",
            )
        ),
        "timetables": "\n".join(timetable(policy_of(name)) for name in NAMES),
    }


def made_again(page: Path, parts: Mapping[str, str]) -> str:
    """The page as it should be: its made parts made again, everything else as it stands."""
    text = page.read_text(encoding="utf-8")
    for name, part in parts.items():
        begin, end = f"<!-- made: {name} -->\n", "<!-- end -->"
        before, found, rest = text.partition(begin)
        assert found, f"{page.name} has no place for {name}"
        _, found, after = rest.partition(end)
        assert found, f"{page.name}: {name} does not end"
        text = before + begin + part + end + after
    return text


PAGES: dict[Path, Callable[[], dict[str, str]]] = {RULES: of_rules, POLICIES: of_policies}

if __name__ == "__main__":
    from tests.hub.registers import make_page

    make_page.write()
    for page, parts in PAGES.items():
        page.write_text(made_again(page, parts()), encoding="utf-8")
