"""The log tells: random histories fold to the stored state and are decided the same way again."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from hub import replay
from hub.policy.load import SHIPPED
from hub.policy.model import Policy
from hub.rules.kinds import ANSWERS, DRILLS, ENTRY_KINDS
from hub.rules.model import Value
from hub.rules.phases import ENDED
from hub.rules.version import VERSION
from hub.store.log import erase
from tests.hub.house import HOUR_MS, MINUTE_MS, POLICY, House
from tests.shipped import policy_of

WORKERS = ("ada", "bea")
GESTURES = {
    "started-out": "a-hold",
    "arrived": "a-short",
    "departed": "d-short",
    "ok": "a-short",
    "no-answer": "d-double",
    "home-safe": "d-hold",
    "sos-pressed": "sos-hold",
    "duress": "chord",
    "duress-suspected": "chord-broken",
}
VISIT_COMMANDS: dict[str, dict[str, Value]] = {
    "start_out": {},
    "confirm_arrival": {"place": "C1", "name": "her", "departure_contact": "tom"},
    "record_contact": {"means": "work-mobile", "reached": True},
    "stand_down": {},
    "carry_on": {"every_min": 20},
    "abandon": {},
    "confirm_departure": {"means": "work-mobile"},
    "confirm_home": {},
    "cancel": {"note": "away"},
    "set_coverage": {"coverage": "poor", "agreed_end_ms": 1_900_000_000_000},
    "agree_tracking": {"note": "spoken"},
    "check_risk": {"found": "dog"},
    "extend": {"end_ms": 1_900_000_000_000, "means": "work-mobile"},
    "name_tracker": {"tracker": "mia"},
    "rebase": {"note": "by today's procedure"},
    "refuse_entry": {"note": "not alone"},
    "relief_came": {},
    "report_signs": {"note": "a window is broken"},
    "reschedule": {"start_ms": 1_900_000_000_000, "end_ms": 1_900_003_600_000},
}
ALARM_COMMANDS: dict[str, dict[str, Value]] = {
    "acknowledge": {},
    "record_contact": {"means": "own-mobile", "reached": False, "result": "answerphone"},
    "resolve": {"outcome": "all well", "note": "seen", "spoke": True},
    "do_task": {"note": "done by telephone", "reference": "CAD 1"},
    "waive_task": {"note": "not needed: she is here"},
    "choose_case": {"note": "looked through the window"},
}
DANGERS = ("coded-phrase", "family", "call")
RECORDS: tuple[tuple[str, str, str, dict[str, Value]], ...] = (
    ("incident", "write", "c-1", {"what": "a fall on the stairs", "happened": "2026-05-28"}),
    ("assessment", "write", "c-1",
     {"found": "a dog", "assessed_on": "2026-05-27", "assessors": "tom"}),
    ("contact", "write", "c-1", {"sort": "family", "name": "A Son", "number": "01392 000001"}),
    ("absence", "write", "ada",
     {"sort": "leave", "first_day": "2026-06-01", "back_on": "2026-06-08"}),
    ("key", "nothing of the sort", "c-1", {}),
)  # fmt: skip


class Histories(RuleBasedStateMachine):
    """Anything may happen in any order; P3, P5 and P10 hold after each step."""

    @initialize()
    def begin(self) -> None:
        self.house = House(Path(self.folder.mktemp("history")), policy=self.policy)
        self.house.groundwork()

    folder: pytest.TempPathFactory
    policy: Policy = POLICY

    @rule(worker=st.sampled_from((*WORKERS, "ada,bea")), in_min=st.integers(-30, 180),
          kind=st.sampled_from(sorted(ENTRY_KINDS)), concern=st.booleans())  # fmt: skip
    def plan(self, worker: str, in_min: int, kind: str, concern: bool) -> None:
        self.house.ask(
            "plan_visit", "tom", client="c-1", area="x", purpose="y", workers=worker, tracker="tom",
            start_ms=self.house.now_ms + in_min * MINUTE_MS, then="home", manager_agreed="mia",
            end_ms=self.house.now_ms + in_min * MINUTE_MS + HOUR_MS, first_meeting=concern,
            kind=kind, concern=concern, must_not_be_left=concern,
            check_in_ms=self.house.now_ms + (in_min + 30) * MINUTE_MS,
            relief_ms=self.house.now_ms + (in_min + 45) * MINUTE_MS,
        )  # fmt: skip

    @rule(worker=st.sampled_from(WORKERS), kind=st.sampled_from(sorted(GESTURES)))
    def press(self, worker: str, kind: str) -> None:
        self.house.press(f"p-{worker}", kind, "off", gesture=GESTURES[kind])

    @rule(worker=st.sampled_from(WORKERS))
    def go_in(self, worker: str) -> None:
        """As far as a visit gets when all goes well, so that histories do not stay on the road."""
        for row in self.house.reader.board(self.house.now_ms).rows:
            if row.part.worker == worker and row.part.phase in ("planned", "on-the-way"):
                self.house.press(f"p-{worker}", "arrived", row.part.phase)
                facts = {"visit": row.visit.id} | VISIT_COMMANDS["confirm_arrival"]
                self.house.ask_with("confirm_arrival", "tom", facts)
                return

    @rule(worker=st.sampled_from(WORKERS))
    def beat(self, worker: str) -> None:
        self.house.beat(f"p-{worker}")

    @rule(kind=st.sampled_from(sorted(VISIT_COMMANDS)), by=st.sampled_from(("tom", "ada")),
          pick=st.integers(0, 5))  # fmt: skip
    def command(self, kind: str, by: str, pick: int) -> None:
        rows = self.house.reader.board(self.house.now_ms).rows
        if rows:
            visit = rows[pick % len(rows)].visit.id
            self.house.ask_with(kind, by, {"visit": visit, **VISIT_COMMANDS[kind]})

    @rule(kind=st.sampled_from(sorted(ALARM_COMMANDS)), by=st.sampled_from(("mia", "bea")),
          pick=st.integers(0, 5))  # fmt: skip
    def alarm_command(self, kind: str, by: str, pick: int) -> None:
        alarms = self.house.reader.open_alarms()
        if alarms:
            alarm = alarms[pick % len(alarms)]
            facts = {"alarm": alarm.id, **ALARM_COMMANDS[kind]}
            if kind in ("do_task", "waive_task"):
                facts["task"] = alarm.tasks[pick % len(alarm.tasks)].id if alarm.tasks else "none"
            if kind == "choose_case":
                facts["case"] = alarm.cases[pick % len(alarm.cases)].id if alarm.cases else "none"
            self.house.ask_with(kind, by, facts)

    @rule(worker=st.sampled_from(WORKERS), how=st.sampled_from(DANGERS))
    def danger(self, worker: str, how: str) -> None:
        self.house.ask("report_danger", "tom", worker=worker, how=how)

    @rule(worker=st.sampled_from(WORKERS), line=st.integers(0, 3), pick=st.integers(0, 2),
          answer=st.sampled_from(ANSWERS), so_far=st.sampled_from(("", "yes")))  # fmt: skip
    def on_the_telephone(self, worker: str, line: int, pick: int, answer: str, so_far: str) -> None:
        scripts = self.policy.scripts
        script = scripts[pick % len(scripts)].id if scripts else "none"
        self.house.ask("record_answer", "tom", script=script, line=line, answer=answer,
                       so_far=so_far, worker=worker)  # fmt: skip

    @rule(drill=st.sampled_from(sorted(DRILLS)))
    def drill(self, drill: str) -> None:
        self.house.ask("start_drill", "mia", drill=drill, person="ada", at_random=True)

    @rule(record=st.sampled_from(RECORDS), by=st.sampled_from(("tom", "mia")))
    def write(self, record: tuple[str, str, str, dict[str, Value]], by: str) -> None:
        kind, verb, about, fields = record
        self.house.ask("write_record", by, kind=kind, verb=verb, about=about, **fields)

    @rule(minutes=st.integers(1, 200))
    def wait(self, minutes: int) -> None:
        self.house.forward(minutes * MINUTE_MS)

    @rule(on=st.booleans(), role=st.sampled_from(("office", "duty-manager")))
    def duty(self, on: bool, role: str) -> None:
        self.house.ask("take_duty", "mia", role=role, person="mia", on=on)

    @invariant()
    def nothing_ends_in_silence(self) -> None:
        store = self.house.store
        for alarm in self.house.reader.open_alarms():
            assert alarm.next_ms > 0
            assert store.one("SELECT 1 FROM deadline WHERE owner = ?", (f"alarm:{alarm.id}",))
        for row in self.house.reader.board(self.house.now_ms).rows:
            watched = store.one(
                "SELECT 1 FROM deadline WHERE owner = ? AND worker = ?",
                (f"visit:{row.visit.id}", row.part.worker),
            )
            assert (watched is not None) == (row.part.phase not in ENDED), row.part.phase

    @invariant()
    def the_log_tells(self) -> None:
        conn = self.house.store.conn
        assert replay.verify(conn).problems == ()
        assert replay.replay(conn).problems == []

    def teardown(self) -> None:
        self.house.store.close()


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.toml")))
def test_random_histories(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    Histories.folder = tmp_path_factory
    Histories.policy = policy_of(name)
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=40 if name == POLICY.id else 12,
            stateful_step_count=30,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_every_row_of_a_visit_is_decided_again(house: House) -> None:
    house.inside()
    house.sos("p-ada")
    house.press("p-bea", "departed", gesture="d-short")
    house.forward(2 * HOUR_MS)
    found = replay.replay(house.store.conn)
    assert found.ok
    assert found.decided_again > 15
    assert (found.erased, found.other_version) == (0, 0)


def tampered(house: House, seq: int, change: dict[str, object]) -> None:
    """Rewrite a decision and nothing else: the chain would find it, and so must the replay."""
    conn = house.store.conn
    conn.execute("DROP TRIGGER payload_is_only_erased")
    body = json.loads(conn.execute("SELECT body FROM payload WHERE seq = ?", (seq,)).fetchone()[0])
    body["decision"] |= change
    conn.execute("UPDATE payload SET body = ? WHERE seq = ?", (json.dumps(body), seq))


def test_a_decision_that_the_rules_would_not_make_is_found(house: House) -> None:
    house.sos("p-ada")
    seq = next(row.seq for row in house.reader.log_rows(limit=100) if row.kind == "alarm_raised")
    tampered(house, seq, {"reason": "nothing to see"})
    assert [problem.seq for problem in replay.replay(house.store.conn).problems] == [seq]


def test_a_state_that_the_log_does_not_add_up_to_is_found(house: House) -> None:
    visit = house.inside()
    house.store.write("UPDATE visit SET state = replace(state, 'inside', 'closed')")
    (problem,) = replay.replay(house.store.conn).problems
    assert visit in problem.what


def test_an_alarm_that_was_made_to_vanish_is_found(house: House) -> None:
    house.sos("p-ada")
    house.store.write("DELETE FROM alarm")
    (problem,) = replay.replay(house.store.conn).problems
    assert "not in the database" in problem.what


def test_what_was_erased_is_counted_and_not_called_right(house: House) -> None:
    house.inside()
    seqs = [row.seq for row in house.reader.log_rows(limit=100) if row.visit]
    erase(house.store.conn, seqs)
    found = replay.replay(house.store.conn)
    assert found.problems == []
    assert found.erased == len(seqs)
    assert replay.verify(house.store.conn).ok


def test_rows_of_other_rules_are_folded_and_not_decided(house: House) -> None:
    house.sos("p-ada")
    seq = next(row.seq for row in house.reader.log_rows(limit=100) if row.kind == "alarm_raised")
    conn = house.store.conn
    conn.execute("DROP TRIGGER payload_is_only_erased")
    conn.execute(
        "UPDATE payload SET body = replace(body, ?, ?) WHERE seq = ?",
        (f'"rules":"{VERSION}"', '"rules":"0"', seq),
    )
    found = replay.replay(conn)
    assert (found.other_version, found.problems) == (1, [])


def test_the_same_seed_and_items_give_the_same_log(tmp_path: Path) -> None:
    digests = []
    for name in ("one", "two"):
        house = House(tmp_path / name, seed=42)
        house.inside()
        house.sos("p-ada")
        house.forward(HOUR_MS)
        digests.append(replay.verify(house.store.conn).digest)
    assert digests[0] == digests[1]


def test_lines_for_people(house: House) -> None:
    house.inside()
    lines = list(replay.show(house.store.conn, after=0, limit=1_000))
    arrival = next(line for line in lines if line.kind == "arrived")
    assert arrival.reason
    assert arrival.facts["gesture"] == "a-short"
    assert not arrival.erased
