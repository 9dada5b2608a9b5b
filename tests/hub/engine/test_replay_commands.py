"""Each command of the five procedures, allowed, under the procedure that has it, decided again.

Rule (P10): whatever was decided stands in the log with all that it was decided from, so that the
same rules come to the same decision; random histories are in test_replay.py.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from hub import replay
from hub.inbox import NewPolicy, Reply
from hub.policy.terms import digest_of
from hub.rules.kinds import COMMANDS
from hub.rules.model import Alarm
from tests.hub.house import HOUR_MS, MINUTE_MS, House
from tests.shipped import policy_of

START_MS = 1_796_205_600_000  # a Wednesday in December 2026, 10:00 in London
# Commands that test_replay.py and the rest of the engine's tests give often enough.
OLD = frozenset({
    "plan_visit", "start_out", "confirm_arrival", "refuse_entry", "record_contact", "stand_down",
    "carry_on", "abandon", "extend", "confirm_departure", "confirm_home", "cancel", "name_tracker",
    "set_coverage", "acknowledge", "resolve", "report_danger", "take_duty",
})  # fmt: skip


def begun(folder: Path, name: str) -> House:
    house = House(folder, policy=policy_of(name), start_ms=START_MS)
    house.groundwork()
    return house


def alarm_of(house: House, kind: str) -> Alarm:
    return next(alarm for alarm in house.reader.open_alarms() if alarm.kind == kind)


def homemaker(house: House) -> None:
    visit = house.plan(in_ms=HOUR_MS)
    house.must("agree_tracking", "tom", visit=visit, note="spoken this morning")
    house.must("reschedule", "tom", visit=visit, start_ms=house.now_ms + 2 * HOUR_MS,
               end_ms=house.now_ms + 3 * HOUR_MS)  # fmt: skip
    changed = replace(house.policy, version=house.policy.version + 1)
    house.turn(NewPolicy(replace(changed, digest=digest_of(changed)), Reply()))
    house.must("rebase", "mia", visit=visit, note="by today's procedure")


def derbyshire(house: House) -> None:
    visit = house.plan(concern=True)
    house.must("check_risk", "tom", visit=visit, found="recent_violence")


def sutton(house: House) -> None:
    house.must("start_drill", "mia", drill="page")
    drill = alarm_of(house, "drill")
    house.must("acknowledge", "mia", alarm=drill.id)
    house.must("resolve", "mia", alarm=drill.id, outcome="answered", note="", spoke=False)
    visit = house.inside()
    for line, answer, so_far in ((1, "yes", ""), (2, "yes", "yes")):
        house.must("record_answer", "tom", script="we-call", line=line, answer=answer,
                   so_far=so_far, visit=visit, worker="ada")  # fmt: skip
    danger = alarm_of(house, "coded_danger")
    house.forward(20 * MINUTE_MS)
    house.must("do_task", "tom", alarm=danger.id, task="call-999", reference="CAD 1")
    house.must("write_record", "tom", kind="incident", verb="write", about="c-1",
               what="held at the door", happened="2026-12-02")  # fmt: skip


def futures(house: House) -> None:
    visit = house.plan(kind="site", client="", venue="the provision, 1 Mill Street, M1 1AA",
                       opening_up=True)  # fmt: skip
    house.beat("p-ada")
    house.press("p-ada", "arrived", "planned")
    house.must("report_signs", "tom", visit=visit, note="a window is broken")
    signs = alarm_of(house, "forced_entry")
    house.must("waive_task", "mia", alarm=signs.id, task="police-if-unsafe", note="a branch")


def carers(house: House) -> None:
    visit = house.plan(must_not_be_left=True, relief_ms=house.now_ms + 30 * MINUTE_MS)
    house.beat("p-ada")
    house.press("p-ada", "arrived", "planned")
    house.press("p-ada", "no-answer", "at-door", gesture="d-double")
    nobody = alarm_of(house, "no_answer")
    house.must("choose_case", "mia", alarm=nobody.id, case="refused")
    house.must("choose_case", "mia", alarm=nobody.id, case="absent", note="seen leaving")
    house.forward(HOUR_MS)
    house.must("do_task", "mia", alarm=nobody.id, task="where-is-the-client", note="found")
    house.must("confirm_arrival", "tom", visit=visit, place="C1", name="Ada",
               departure_contact="tom")  # fmt: skip
    house.must("relief_came", "tom", visit=visit)


HISTORIES = {
    "homemaker-exeter": (homemaker, {"agree_tracking", "reschedule", "rebase"}),
    "derbyshire-childrens-services": (derbyshire, {"check_risk"}),
    "sutton-cypl": (sutton, {"start_drill", "record_answer", "do_task", "write_record"}),
    "leading-futures": (futures, {"report_signs", "waive_task"}),
    "carers-trust-d06b": (carers, {"choose_case", "do_task", "relief_came"}),
}


@pytest.mark.parametrize("name", sorted(HISTORIES))
def test_what_a_procedure_adds_is_decided_again(tmp_path: Path, name: str) -> None:
    history, wanted = HISTORIES[name]
    house = begun(tmp_path / "hub", name)
    history(house)
    house.forward(2 * HOUR_MS)
    assert wanted <= {row.kind for row in house.reader.log_rows(limit=10_000)}
    found = replay.replay(house.store.conn)
    assert found.problems == []
    assert (found.other_version, found.erased) == (0, 0)
    assert found.decided_again > 5
    assert replay.verify(house.store.conn).ok


def test_no_command_is_left_out() -> None:
    """A new command needs a history of its own here, or a place among the old ones."""
    wanted = set[str]().union(*(kinds for _, kinds in HISTORIES.values()))
    assert wanted | OLD == set(COMMANDS)
    assert not wanted & OLD
