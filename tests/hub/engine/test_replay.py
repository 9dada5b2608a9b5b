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
from hub.rules.model import Value
from hub.rules.phases import ENDED
from hub.store.log import erase
from tests.hub.house import HOUR_MS, MINUTE_MS, House

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
}
ALARM_COMMANDS: dict[str, dict[str, Value]] = {
    "acknowledge": {},
    "record_contact": {"means": "own-mobile", "reached": False},
    "resolve": {"outcome": "all well", "spoke": True},
}


class Histories(RuleBasedStateMachine):
    """Anything may happen in any order; P3, P5 and P10 hold after each step."""

    @initialize()
    def begin(self) -> None:
        self.house = House(Path(self.folder.mktemp("history")))

    folder: pytest.TempPathFactory

    @rule(worker=st.sampled_from(WORKERS), in_min=st.integers(-30, 180))
    def plan(self, worker: str, in_min: int) -> None:
        self.house.ask(
            "plan_visit", "tom", client="c-1", area="x", purpose="y", workers=worker, tracker="tom",
            start_ms=self.house.now_ms + in_min * MINUTE_MS, then="home", manager_agreed="mia",
            end_ms=self.house.now_ms + in_min * MINUTE_MS + HOUR_MS, first_meeting=True,
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
            alarm = alarms[pick % len(alarms)].id
            self.house.ask_with(kind, by, {"alarm": alarm, **ALARM_COMMANDS[kind]})

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


def test_random_histories(tmp_path_factory: pytest.TempPathFactory) -> None:
    Histories.folder = tmp_path_factory
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=40,
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
        "UPDATE payload SET body = replace(body, '\"rules\":\"1\"', '\"rules\":\"0\"')"
        " WHERE seq = ?", (seq,)
    )  # fmt: skip
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
