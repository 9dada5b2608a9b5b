"""Every kind has its sentence, and every sentence is one that a tired person understands."""

import pytest

from hub.policy.load import SHIPPED
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


def test_names_come_from_the_caller() -> None:
    assert sentence("record_contact", by="Tess", worker="Kim", means="client-landline",
                    reached=True) == "Tess spoke with Kim on the client's landline."  # fmt: skip
    assert sentence("confirm_departure", by="Tess", worker="Kim", then="home") == (
        "Tess spoke with Kim: she has left. She is not returning."
    )
    assert sentence("an_unheard_of_kind") == "an unheard of kind."
