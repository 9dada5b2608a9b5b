"""Every kind has its sentence, and every sentence is one that a tired person understands."""

import pytest

from hub.policy.load import SHIPPED
from hub.rules import explain
from hub.rules.explain import SAYS, sentence
from hub.rules.kinds import ALARM_KINDS, COMMANDS, HUB_EVENTS, PENDANT_EVENTS
from tests.shipped import policy_of

KINDS = sorted({*ALARM_KINDS, *COMMANDS, *HUB_EVENTS, *PENDANT_EVENTS})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_sentence_of_its_own(kind: str) -> None:
    assert kind in SAYS
    for words in ({}, {"worker": "Kim Okoro", "by": "Tess Ward", "area": "Exmouth"}):
        said = sentence(kind, **words)
        assert said.endswith((".", "?"))
        assert said[0].isupper() or said[0] == "…"
        assert "_" not in said
        assert len(said) < 120


@pytest.mark.parametrize("policy", sorted(path.stem for path in SHIPPED.glob("*.toml")))
def test_every_page_of_the_policies_has_a_sentence(policy: str) -> None:
    pages = [timer.about for timer in policy_of(policy).timers if timer.action == "page"]
    assert pages, "a policy that never tells anybody anything"
    for about in (*pages, "cancelled", "rescheduled", "late_reply"):
        assert about in SAYS


WHO = {"by": "Tess", "worker": "Kim"}


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        ("record_contact", {"reached": "1"}, "Tess spoke with Kim."),
        ("record_contact", {"reached": "True", "means": "pigeon"}, "Tess spoke with Kim."),
        (
            "record_contact",
            {"reached": False, "means": "answerphone"},
            "Tess did not reach Kim by a message, which is no contact.",
        ),
        ("confirm_arrival", {}, "Tess spoke with Kim: she may go in."),
        (
            "confirm_arrival",
            {"place": "1 Some Street"},
            "Tess spoke with Kim, reading back 1 Some Street: she may go in.",
        ),
        ("confirm_departure", {"then": "next"}, "Tess spoke with Kim: she has left."),
        (
            "confirm_departure",
            {"then": "base"},
            "Tess spoke with Kim: she has left. She returns to base.",
        ),
        ("carry_on", {"every_min": 30}, "Tess agreed calls every 30 minutes with Kim."),
        (
            "resolve",
            {"spoke": True, "outcome": "safe", "note": "met"},
            "Tess ended the alarm: spoke with her: safe, met.",
        ),
        ("resolve", {"spoke": "true", "outcome": "safe"},
         "Tess ended the alarm: spoke with her: safe."),
        ("resolve", {"spoke": "1", "outcome": "safe"},
         "Tess ended the alarm: spoke with her: safe."),
        ("resolve", {"spoke": False, "outcome": "clock set"}, "Tess ended the alarm: clock set."),
        ("report_danger", {"how": "coded-phrase"}, "Tess heard the coded phrase from Kim."),
        ("report_danger", {"how": "family"}, "Tess was called by the family of Kim."),
        ("report_danger", {"how": "call"}, "Tess was told by telephone of danger to Kim."),
        ("report_danger", {}, "Tess reported danger to Kim."),
        (
            "check_risk",
            {"found": "risk_flag,dog,cat"},
            "Tess looked the client's risks up: risk flag, dog, cat. No flag does not mean safe.",
        ),
        (
            "check_risk",
            {},
            "Tess looked the client's risks up: nothing recorded. No flag does not mean safe.",
        ),
        ("reschedule", {}, "Tess moved the visit."),
        ("reschedule", {"start": "14:00", "note": "ill"}, "Tess moved the visit to 14:00: ill."),
        ("do_task", {}, "Tess did it: a step of the procedure."),
        ("do_task", {"what": "Call 999.", "note": "CAD 9"}, "Tess did it: Call 999, CAD 9."),
        ("waive_task", {}, "Tess recorded that a step is not needed."),
        (
            "waive_task",
            {"what": "Call 999.", "note": "a dog"},
            "Tess recorded that a step is not needed: Call 999, a dog.",
        ),
        ("record_answer", {"answer": "yes"}, "Tess recorded what Kim answered: yes."),
        (
            "record_answer",
            {"answer": "no"},
            "Tess recorded what Kim answered: no, which clears nothing.",
        ),
        (
            "record_answer",
            {"answer": "silence"},
            "Tess recorded what Kim answered: silence, which clears nothing.",
        ),
        ("record_answer", {"answer": "phrase"}, "Tess recorded what Kim answered: the phrase."),
        (
            "record_answer",
            {"answer": "other"},
            "Tess recorded what Kim answered: something else, which clears nothing.",
        ),
        ("record_answer", {}, "Tess recorded what Kim answered: an answer."),
        ("booted", {}, "The pendant of Kim started."),
        ("booted", {"cause": "watchdog"}, "The pendant of Kim started: watchdog."),
        ("carry_on_asked", {"minutes": 15}, "Kim asks for 15 minutes more."),
        ("carry_on_asked", {}, "Kim asks for some minutes more."),
        ("due", {"say": "Call her back."}, "Call her back."),
        ("due", {"timer": "call-back"}, "call-back fell due."),
        (
            "hub_restarted",
            {"blind_from": "09:00", "blind_until": "09:10"},
            "The hub was blind from 09:00 to 09:10.",
        ),
    ],
)  # fmt: skip
def test_each_turn_of_a_sentence(kind: str, words: dict[str, object], said: str) -> None:
    assert sentence(kind, **WHO, **words) == said


def test_what_nobody_told_has_a_plain_word() -> None:
    assert sentence("record_contact") == "Somebody did not reach The worker."
    assert sentence("no_arrival") == "The worker has not arrived in the area."
    assert sentence("name_tracker") == "Somebody named the tracker as tracker."
    assert sentence("due") == "… fell due."


def test_a_kind_without_a_sentence_is_said_with_its_meaning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(explain, "SAYS", {})
    for kinds in (COMMANDS, PENDANT_EVENTS, HUB_EVENTS):
        kind = next(iter(kinds))
        assert sentence(kind) == f"{kinds[kind]}."
    assert sentence("sos") == f"{ALARM_KINDS['sos'][1]}."


def test_names_come_from_the_caller() -> None:
    assert sentence("record_contact", by="Tess", worker="Kim", means="client-landline",
                    reached=True) == "Tess spoke with Kim on the client's landline."  # fmt: skip
    assert sentence("confirm_departure", by="Tess", worker="Kim", then="home") == (
        "Tess spoke with Kim: she has left. She is not returning."
    )
    assert sentence("an_unheard_of_kind") == "an unheard of kind."
