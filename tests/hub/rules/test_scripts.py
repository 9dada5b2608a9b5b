"""Answers in a call that may be heard: what raises, what confirms, and that nothing clears."""

from dataclasses import replace

import pytest

from hub.rules import dangers
from hub.rules.effects import Decision, RaiseAlarm
from hub.rules.kinds import ANSWERS
from hub.rules.model import Event, Value
from tests.shipped import policy_of

NOW = 1_790_000_000_000
SUTTON = policy_of("sutton-cypl")
ALONE_NOT = replace(SUTTON, phrases=tuple(replace(row, alone=False) for row in SUTTON.phrases))


def said(answer: str, line: Value = 1, so_far: str = "", script: str = "we-call",
         by: str = "olive", policy: str = "") -> Decision:  # fmt: skip
    data: dict[str, Value] = {"script": script, "line": line, "answer": answer, "so_far": so_far}
    event = Event("record_answer", NOW, by=by, worker="kim", data=data)
    terms = ALONE_NOT if policy == "not alone" else SUTTON
    return dangers.off_visit(terms, event, NOW)


def raised(decision: Decision) -> bool:
    for effect in decision.effects:
        assert isinstance(effect, RaiseAlarm)
        assert (effect.kind, effect.silent, effect.worker) == ("coded_danger", True, "kim")
        assert effect.source == "coded-phrase:kim"
    return bool(decision.effects)


@pytest.mark.clause("SU-false")
@pytest.mark.parametrize("script", ["she-calls", "we-call", "unknown"])
@pytest.mark.parametrize("line", [0, 1, 99, "no number"])
def test_the_phrase_alone_raises_in_either_direction(script: str, line: Value) -> None:
    assert raised(said("phrase", line, script=script))
    assert raised(said("phrase", line, "no,silence", script))


@pytest.mark.clause("SU-false")
def test_when_she_has_called_yes_confirms_and_nothing_clears() -> None:
    confirmed = said("yes", 1, "phrase", "she-calls")
    assert not raised(confirmed)
    assert "confirms" in confirmed.reason
    assert raised(said("yes", 1, "", "she-calls")), "the phrase was heard and not entered"
    for answer in ("no", "silence", "other"):
        decision = said(answer, 1, "phrase", "she-calls")
        assert not raised(decision)
        assert not decision.refused
        assert "clears nothing" in decision.reason


@pytest.mark.clause("SU-false")
@pytest.mark.parametrize(
    ("so_far", "danger"),
    [
        ("", False),
        ("yes", True),
        ("no", False),
        ("yes,no", False),
        ("no,yes", True),
        ("yes, no ,yes", True),
        ("yes,silence", False),
        ("yes,yes", True),
    ],
)
def test_when_we_call_the_first_yes_alone_is_no_proof(so_far: str, danger: bool) -> None:
    assert raised(said("yes", 2, so_far)) == danger


@pytest.mark.clause("SU-false")
def test_the_operator_is_told_what_comes_next() -> None:
    assert "One yes proves nothing" in said("yes").reason
    assert "call breaks off, tell the manager" in said("silence", 2, "yes").reason


@pytest.mark.parametrize("answer", sorted(set(ANSWERS) - {"phrase"}))
def test_what_cannot_be_an_answer_is_refused_with_what_can(answer: str) -> None:
    assert "we-call" in said(answer, script="else").refused
    assert "the questions are 1, 2" in said(answer, 0).refused
    assert "the questions are 1, 2" in said(answer, "one").refused
    assert "herself" in said(answer, by="kim").refused


def test_an_answer_that_is_none_is_refused() -> None:
    assert "yes, no, silence" in said("maybe").refused


def test_a_phrase_that_is_not_enough_alone_waits_for_a_yes() -> None:
    heard = said("phrase", 1, "", "she-calls", policy="not alone")
    assert not raised(heard)
    assert not heard.refused
    assert raised(said("yes", 1, "phrase", "she-calls", policy="not alone"))
