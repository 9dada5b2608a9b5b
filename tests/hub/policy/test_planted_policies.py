"""Faults planted in shipped policies: each is refused with the right words, at the right line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.policy.load import SHIPPED
from hub.policy.seen import Bounds
from hub.policy.verdict import Finding, judged
from tests.hub.policy.editing import Edited, edited

HM, PLAIN, CT = "homemaker-exeter", "plain", "carers-trust-d06b"
# What rows say of one another needs no exploration; the stages of the usual courses are enough.
ROWS = Bounds(acts=0, silences=0)
SHORT = Bounds(acts=1, silences=1)
Plant = Callable[[Edited], int]


def sets(table: str, row: str, key: str, value: str) -> Plant:
    return lambda text: text.set(table, row, key, value)


def adds(row: str, at: int = 0) -> Plant:
    return lambda text: text.add(row) + at


def both(*plants: Plant) -> Plant:
    """All of them; the last one's line is the fault's."""
    return lambda text: [plant(text) for plant in plants][-1]


def points(table: str, row: str, key: str = "") -> Plant:
    """Changes nothing: it says where the fault is to be shown."""
    return lambda text: text.line(table, row, key)


def without(table: str, row: str, *, at: tuple[str, str]) -> Plant:
    """The row taken out; the fault stands at another one."""

    def plant(text: Edited) -> int:
        text.drop(table, row)
        return text.line(*at)

    return plant


STEPS = '[{{ roles = ["{0}"], wait = "3 min" }}]'
# file, what is planted, what is said, and how far one must look
PLANTS: tuple[tuple[str, str, Plant, str, Bounds], ...] = (
    # contradictory times
    ("manager-with-tracker", HM, sets("timer", "call-back-manager", "wait", '"20 min"'),
     "is not later than 'call-back', which asks somebody else first", ROWS),
    ("manager-before-tracker", PLAIN, both(sets("timer", "finish", "wait", '"20 min"'),
                                           sets("timer", "finish-manager", "wait", '"5 min"')),
     "is not later than 'finish'", ROWS),
    ("reminder-too-late", HM, sets("timer", "call-back-reminder", "wait", '"30 min"'),
     "reminds her when 'call-back-manager' has told of it already", ROWS),
    ("call-back-before-it-counts", HM, both(sets("timer", "call-back", "wait", '"4 min"'),
                                            sets("letter", "call_back", "not_before", '"6 min"')),
     "is not before the call-back itself falls due", ROWS),
    ("lease-outlasts-the-wait", HM, both(sets("timer", "call-back-manager", "wait", '"21 min"'),
                                         sets("ladder", "call-back", "first_lease", '"3 min"')),
     "outlasts the 1 min from 'call-back' to the manager", ROWS),
    ("first-lease-the-longer", HM, both(sets("ladder", "office-first", "lease", '"1 min"'),
                                        sets("ladder", "office-first", "first_lease", '"3 min"')),
     "is longer than the lease that an attempt earns", ROWS),
    ("lease-silences-an-sos", PLAIN, sets("ladder", "danger", "first_lease", '"3 min"'),
     "180 s is too long for an SOS", ROWS),
    ("999-too-late", PLAIN, sets("task", "call-999", "within", '"20 min"'),
     "somebody is in danger (sos); allowed is to 15 min", ROWS),
    ("spared-before-asked", PLAIN, both(
        sets("ladder", "danger", "steps",
             '[{ roles = ["monitor"], wait = "5 min" }, { roles = ["manager"], wait = "60 s" }]'),
        sets("task", "call-999", "within", '"2 min"')),
     "is over before 'danger' pages manager, who would spare it", ROWS),
    ("nag-after-its-day", CT, sets("register", "assessment", "nag_days", "14"),
     "reminds only after the 7 days in which it is to be done", ROWS),
    # ladders and people
    ("ladder-of-the-visit-alone", HM, sets("ladder", "call-back", "steps", STEPS.format("tracker")),
     "hangs on the visit's own people alone", ROWS),
    ("role-undefined", PLAIN, sets("ladder", "manager", "steps", STEPS.format("boss")),
     "'boss' is no role; allowed: ", ROWS),
    ("task-for-nobody", PLAIN, sets("task", "call-999", "roles", '["porter"]'),
     "'porter' is no role; allowed: ", ROWS),
    ("ladder-ends", PLAIN, sets("ladder", "manager", "steps", "[]"),
     "is empty; allowed is at least one step", ROWS),
    ("nobody-climbs-it", PLAIN, adds('[[ladder]]\nid = "attic"\nsteps = ['
                                     '{ roles = ["manager"], wait = "3 min" }]\n'),
     "no timer and no event climbs it", ROWS),
    ("rung-without-anybody-new", PLAIN, sets(
        "ladder", "danger", "steps",
        '[{ roles = ["monitor"], wait = "60 s" }, { roles = ["monitor"], wait = "60 s" },'
        ' { roles = ["manager"], wait = "60 s" }]'),
     "rung 2 asks whom rung 1 has asked, and nobody else", ROWS),
    ("a-command-for-nobody", PLAIN, adds(
        '[[gate]]\nid = "shut"\ncommand = "confirm_home"\nrequires = ["never"]\n'
        'reason = "No."\n', at=3),
     "nobody could ever give the command confirm_home", ROWS),
    # nobody asked
    ("no-backstop", PLAIN, without("timer", "unattended", at=("level", "standard")),
     "has no backstop in 'planned'", ROWS),
    ("alarm-on-a-condition", PLAIN, both(sets("timer", "broken-off", "when", '["poor_coverage"]'),
                                         points("level", "standard")),
     "has no alarm from broken_off in 'broken-off'", ROWS),
    ("a-press-would-end-it", PLAIN, sets("timer", "finish", "phases", '["inside"]'),
     "lacks 'leaving': a press would end this watching", ROWS),
    ("nobody-for-hours", PLAIN, both(sets("timer", "broken-off", "wait", '"20 h"')),
     "nobody is asked for 1200 min in 'broken-off'; allowed is to 120 min", SHORT),
    ("she-answers-herself", PLAIN, both(
        sets("timer", "finish-manager", "until", '["contact", "relieved"]'),
        sets("timer", "finish", "until", '["contact", "relieved"]'),
        points("timer", "finish", "phases")),
     "her own act relief_came in 'inside' puts this alarm off, or ends it (P5)", SHORT),
    # letters, clauses, what can never be
    ("letter-twice", HM, sets("letter", "confirm_departure", "letter", '"A"'),
     "'A' is there 2 times; allowed is once", ROWS),
    ("clause-unknown", HM, sets("timer", "call-back", "clause", '["HM-4.9"]'),
     "'HM-4.9' is wrong; allowed is ids of", ROWS),
    ("clause-uncovered", HM, both(sets("timer", "call-back-reminder", "clause", '["HM-4.2.4"]'),
                                  points("policy", "", "covers")),
     "no row cites HM-4.2.5: the worker who gets no call-back makes contact", ROWS),
    ("waits-for-what-cannot-be", PLAIN, adds(
        '[[timer]]\nid = "moon"\nanchor = "departed"\nwait = "5 min"\nphases = ["planned"]\n'
        'action = "page"\nroles = ["manager"]\nabout = "home_safe"\n'
        'say = "She is back before she went"\n'),
     "this timer never waits: its moment, phases and facts never come together", SHORT),
    ("both-ways", HM, sets("timer", "call-back", "until", '["called_back", "call_backs_on"]'),
     "'call_backs_on' is in `when` too: it can never run", ROWS),
    ("level-of-nothing", PLAIN, adds('[[level]]\nid = "severe"\nname = "Severe"\n'),
     "no entry is ever on this level: no row chooses it", SHORT),
    ("task-of-no-case", PLAIN, sets("task", "call-999", "at", '["case:flood"]'),
     "'flood' is no case", ROWS),
    ("words-for-no-level", PLAIN, sets("instruction", "danger", "levels", '["severe"]'),
     "'severe' is no level; allowed: ", ROWS),
)  # fmt: skip


def findings_of(folder: Path, name: str, plant: Plant, bounds: Bounds) -> tuple[int, list[Finding]]:
    text = edited(name)
    line = plant(text)
    return line, list(judged(text.written(folder), bounds=bounds).findings)


@pytest.mark.parametrize(
    ("name", "plant", "said", "bounds"), [row[1:] for row in PLANTS], ids=[row[0] for row in PLANTS]
)
def test_it_is_refused_where_it_stands(
    tmp_path: Path, name: str, plant: Plant, said: str, bounds: Bounds
) -> None:
    line, findings = findings_of(tmp_path, name, plant, bounds)
    told = [(each.fault.line, each.fault.said) for each in findings]
    assert any(said in words for _, words in told), told
    assert (line, True) in [(at, said in words) for at, words in told], (line, told)
    assert all(each.fault.file.endswith(f"{name}.toml") for each in findings)


def test_at_least_twenty_are_planted() -> None:
    assert len({row[0] for row in PLANTS}) >= 20


def test_a_history_leads_to_what_the_rules_were_let_do(tmp_path: Path) -> None:
    """The shortest: she is let in and says herself that the relief has come."""
    row = next(row for row in PLANTS if row[0] == "she-answers-herself")
    _, findings = findings_of(tmp_path, *row[1:3], row[4])
    told = next(each for each in findings if row[3] in each.fault.said)
    assert told.history[0] == "-30 min: planned: a visit at level standard"
    assert [step.partition(": ")[2] for step in told.history[-2:]] == [
        "another: confirm_arrival",
        "her: relief_came",
    ]
    assert len(told.history) <= 5


def test_a_fault_tells_the_clause_that_is_not_kept(tmp_path: Path) -> None:
    row = next(row for row in PLANTS if row[0] == "manager-with-tracker")
    _, findings = findings_of(tmp_path, *row[1:3], row[4])
    told = next(each for each in findings if row[3] in each.fault.said)
    assert told.clause == ("HM-4.2.4",)


@pytest.mark.parametrize(
    ("people", "row", "said"),
    [
        ({"monitor": frozenset({"mo"})}, ("ladder", "danger"),
         "rung 2: nobody on the roster may hold 'manager', so it is skipped"),
        ({"manager": frozenset({"ma"}), "monitor": frozenset({"ma"})}, ("ladder", "danger"),
         "only ma could answer it, and never about herself (P5)"),
        ({"porter": frozenset({"po"})}, ("task", "call-999"),
         "nobody on the roster may hold monitor or manager"),
    ],
)  # fmt: skip
def test_a_roster_that_cannot_do_it(
    people: dict[str, frozenset[str]], row: tuple[str, str], said: str
) -> None:
    path = SHIPPED / "plain.toml"
    findings = judged(path, people, ROWS).findings
    line = edited(PLAIN).line(*row)
    told = [each.fault for each in findings if each.fault.said == said]
    assert told, findings
    assert any(line <= fault.line < line + 12 for fault in told)


def test_a_roster_that_can(tmp_path: Path) -> None:
    people = {"monitor": frozenset({"mo", "mi"}), "manager": frozenset({"ma"})}
    assert judged(SHIPPED / "plain.toml", people, SHORT).sound
