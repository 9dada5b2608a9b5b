"""Whatever the rules speak of is written as JSON and read back without loss."""

import json
from dataclasses import fields
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.rules import form
from hub.rules.effects import Decision, Page, RaiseAlarm, ResolveAlarms
from hub.rules.model import (
    Act,
    Alarm,
    Attempt,
    Case,
    Claim,
    Deadline,
    Duties,
    Event,
    Ladder,
    Mark,
    Part,
    Press,
    Record,
    Step,
    Task,
    Visit,
)

texts = st.text(max_size=8)
moments = st.integers(0, 2**53 - 1)
facts = st.dictionaries(texts, st.one_of(texts, moments, st.booleans()), max_size=3)
words = st.lists(texts, max_size=3).map(tuple)


def many(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


def whole(shape: type[Any], **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Every field is drawn: left to itself Hypothesis leaves each at its default that has one."""
    return st.builds(shape, **{field.name: ... for field in fields(shape)} | drawn)


attempts = many(whole(Attempt))
ladders = whole(Ladder, steps=many(whole(Step, roles=words)), clause=words)
parts = whole(
    Part,
    anchors=st.dictionaries(texts, moments, max_size=3),
    marks=many(whole(Mark)),
    claims=many(whole(Claim)),
    attempts=attempts,
    fired=many(st.tuples(texts, moments)),
    facts=words,
)
visits = whole(Visit, parts=many(parts), level_reasons=words, facts=words, overridden=words)
tasks = many(whole(Task, roles=words, spared_by=words, waived_by=words, clause=words))
cases = many(whole(Case, tasks=tasks, contacts=words, clause=words))
alarms = whole(
    Alarm,
    ladder=ladders,
    interested=words,
    presses=many(whole(Press)),
    attempts=attempts,
    tasks=tasks,
    cases=cases,
)
effects = st.one_of(
    whole(RaiseAlarm, press=st.none() | whole(Press), clause=words),
    whole(Page, roles=words),
    whole(ResolveAlarms, sources=words),
)

records = whole(
    Record,
    fields=facts,
    acts=many(whole(Act)),
    due=many(whole(Deadline)),
    late=words,
)


def through_json(found: Any) -> Any:
    return json.loads(json.dumps(found))


@given(records)
def test_a_record(record: Record) -> None:
    assert form.load_record(through_json(form.dump(record))) == record


@given(visits)
def test_a_visit(visit: Visit) -> None:
    assert form.load_visit(through_json(form.dump(visit))) == visit


@given(alarms)
def test_an_alarm(alarm: Alarm) -> None:
    assert form.load_alarm(through_json(form.dump(alarm))) == alarm


@given(tasks, cases)
def test_what_an_alarm_brings_with_it(asked: tuple[Task, ...], read: tuple[Case, ...]) -> None:
    duties = Duties(asked, read)
    assert form.load_duties(through_json(form.dump(duties))) == duties


@given(whole(Event, data=facts))
def test_an_event(event: Event) -> None:
    assert form.load_event(through_json(form.dump(event))) == event


@given(whole(Deadline))
def test_a_deadline(deadline: Deadline) -> None:
    assert form.load_deadline(through_json(form.dump(deadline))) == deadline


@given(
    whole(
        Decision,
        visit=st.none() | visits,
        alarm=st.none() | alarms,
        effects=many(effects),
        clause=words,
        record=st.none() | records,
    )
)
def test_a_decision(decision: Decision) -> None:
    assert form.load_decision(through_json(form.dump_decision(decision))) == decision


def test_what_is_at_its_default_takes_no_room() -> None:
    assert form.dump(Part("kim")) == {"worker": "kim"}
