"""What is entered under each procedure: the sorts of visits and other entries that it knows.

Rule: facts, people and papers are those of the procedure's own world (simulator/worlds); what is
lacking is found out as people find it out, by a refusal that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Sort:
    """`form`: one of web/views/planning.KINDS. `facts`: what is ticked. `typed`: fields as typed;
    `@end+40`: forty minutes after the end. `at_door`: what happens there instead of going in:
    no-answer, concern, signs. `pair`: two go."""

    form: str = "visit"
    client: str = ""
    facts: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    at_door: str = ""
    pair: bool = False

    @property
    def then(self) -> str:
        return self.typed.get("then", "base" if self.form in ("visit", "unplanned") else "next")


def _with(sort: Sort, at_door: str = "", **typed: str) -> Sort:
    return Sort(sort.form, sort.client, sort.facts, {**sort.typed, **typed}, at_door, sort.pair)


def _rest(visit: Sort) -> dict[str, Sort]:
    """What every procedure knows besides."""
    return {
        "visit": visit,
        "home": _with(visit, then="home"),
        "next": _with(visit, then="next"),
        "concern": _with(visit, "concern"),
        "no-answer": _with(visit, "no-answer"),
    }


_TRACKED = {"tracker": "tom", "manager_agreed": "maria", "coverage": "good"}
_FIRST = Sort("visit", "c-17", ("first_meeting",), _TRACKED)
_HOMEMAKER = {
    **_rest(Sort("visit", "c-23", (), _TRACKED)),
    "first": _FIRST,
    "remote": Sort("visit", "c-17", ("first_meeting", "remote_tracker"), _TRACKED),
    "poor": Sort("visit", "c-31", ("concern",),
                 {**_TRACKED, "coverage": "poor", "agreed_end_ms": "@end"}),
    "joint": Sort("visit", "c-17", ("too_great_for_one",), _TRACKED, "", True),
    "elsewhere": Sort("visit", "c-23", (),
                      {**_TRACKED, "venue": "job centre, 1 High Street, Exeter EX4 3AA"}),
    "untracked": Sort("visit", "c-17", ("risk_flag",),
                      {"manager_agreed": "maria", "coverage": "good"}),
    "meeting": Sort("meeting", "c-23", (),
                    {"area": "Room 2", "second_person": "olu", "manager_agreed": "maria",
                     "tracker": "tom"}),
}  # fmt: skip
_DAY = Sort("day", "", (), {"area": "out and about", "then": "base"})
_DERBYSHIRE = {
    **_rest(Sort("visit", "c-42", (), {"then": "base"})),
    "high": Sort("visit", "c-41", ("concern",), {"tracker": "maria", "then": "base"}),
    "first": Sort("visit", "c-43", ("first_meeting",), {"then": "base"}),
    "unplanned": Sort("unplanned", "c-42", (), {"then": "base"}),
    "day": _DAY,
}
_PAIR = Sort("visit", "c-51", (), {"then": "base"}, "", True)
_ACORN = {
    **_rest(_PAIR),
    "high": Sort("visit", "c-51", ("concern",), {"tracker": "maria", "then": "base"}, "", True),
    "day": _DAY,
}
_SUTTON = {
    **_rest(Sort("visit", "c-61", (), {"tracker": "tom", "then": "base"})),
    "close": Sort("visit", "c-61", ("concern",), {"tracker": "tom", "then": "home"}),
    "first": Sort("visit", "c-62", ("first_meeting",),
                  {"tracker": "tom", "warning_checked": "olu", "then": "base"}),
    "site": Sort("site", "c-60", (), {"area": "The Lodge", "tracker": "tom",
                                      "manager_agreed": "maria", "check_in_ms": "@end+10"}),
}  # fmt: skip
_BUILDING = {"area": "The provision", "tracker": "tom"}
_LEADING = {
    **_rest(Sort("visit", "c-71", (), {"tracker": "tom", "expected_back_ms": "@end+50",
                                       "then": "base"})),
    "site": Sort("site", "", (), _BUILDING),
    "opening": Sort("site", "", ("opening_up",), _BUILDING),
    "signs": Sort("site", "", ("opening_up",), _BUILDING, "signs"),
}  # fmt: skip
_CARERS = {
    **_rest(Sort("visit", "c-81", (), {"then": "base"})),
    "pairs": Sort("visit", "c-81", ("pairs_place",), {"then": "base"}, "", True),
    "relief": Sort("visit", "c-82", (), {"then": "next"}),
}
_PLAIN = {
    **_rest(Sort("visit", "c-91", (), {"then": "base"})),
    "unplanned": Sort("unplanned", "c-91", (), {"then": "base"}),
    "site": Sort("site", "", (), {"area": "The office"}),
    "day": _DAY,
}
SORTS: Mapping[str, Mapping[str, Sort]] = {
    "homemaker-exeter": _HOMEMAKER,
    "derbyshire-childrens-services": _DERBYSHIRE,
    "acorn-partnership": _ACORN,
    "sutton-cypl": _SUTTON,
    "leading-futures": _LEADING,
    "carers-trust-d06b": _CARERS,
    "plain": _PLAIN,
}


def sort_of(policy: str, name: str) -> Sort:
    """The sort of that name, or an ordinary visit where the procedure has none."""
    sorts = SORTS[policy]
    return sorts.get(name, sorts["visit"])


def moment_ms(typed: str, start_ms: int, end_ms: int) -> int | None:
    """`@end+40` as a moment; None for what is no moment."""
    if not typed.startswith("@"):
        return None
    name, _, minutes = typed[1:].partition("+")
    return {"start": start_ms, "end": end_ms}[name] + int(minutes or 0) * MINUTE_MS
