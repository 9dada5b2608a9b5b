"""What stays of a record: its acts, its JSON, what falls due of it."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.registers import rule, seen
from hub.registers.seen import Seen
from hub.rules import form
from hub.rules.effects import Decision
from hub.rules.model import Act, Deadline, Event, Record
from tests.hub.registers.test_rule import DAY_MS, INCIDENT, POLICY, SEEN, written


def test_a_record_keeps_its_first_act_and_the_newest() -> None:
    record = written(None, "kim", **INCIDENT)
    for number in range(rule.MAX_ACTS + 50):
        record = written(record, "lee", verb="add", note=f"note {number}")
    assert len(record.acts) == rule.MAX_ACTS
    assert (record.acts[0].verb, record.fields["note"]) == ("write", f"note {number}")
    assert record.version == rule.MAX_ACTS + 51


texts = st.text(max_size=8)
records = st.builds(
    Record,
    fields=st.dictionaries(texts, st.one_of(texts, st.integers(0, 2**53), st.booleans())),
    acts=st.lists(st.builds(Act), max_size=3).map(tuple),
    due=st.lists(st.builds(Deadline), max_size=3).map(tuple),
    late=st.lists(texts, max_size=2).map(tuple),
)


@given(records)
def test_a_record_is_written_as_json_and_read_back(record: Record) -> None:
    plain: Any = json.loads(json.dumps(form.dump(record)))
    assert form.load_record(plain) == record
    decision = Decision(record=record, reason="x")
    assert form.load_decision(json.loads(json.dumps(form.dump_decision(decision)))) == decision


def test_what_was_seen_is_written_and_read_back() -> None:
    full = replace(
        SEEN, traceable=frozenset({"label"}), taken=True, knows=True, secret=True, draw=9
    )
    for each in (full, SEEN, Seen("UTC")):
        assert seen.load(json.loads(json.dumps(seen.dump(each)))) == each


def test_a_reminder_comes_before_on_the_day_and_after_it() -> None:
    badge = written(None, "max", kind="badge", verb="issue", about="kim", number="B1",
                    issued="2026-09-21", expires="2027-09-21")  # fmt: skip
    moments = []
    record = badge
    for _ in range(32):
        (due,) = record.due
        moments.append((due.due_ms - due.anchor_ms) // DAY_MS)
        event = Event("due", due.due_ms, data={"timer": due.timer})
        found = rule.decide(POLICY, record, event, "r-1", due.due_ms, SEEN).record
        assert found is not None
        record = found
    assert moments[0] == -28
    assert 0 in moments and moments[-1] > 0
    assert moments == sorted(set(moments))
    assert record.late == ("renew",)
    anew = written(record, "max", verb="renew", number="B2", issued="2027-09-20",
                   expires="2028-09-20")  # fmt: skip
    assert anew.late == ()
