"""A procedure on paper: all of it, in plain English, with its sources, and no word of the file."""

import re
from dataclasses import replace

import pytest

from hub.policy import saying, show
from hub.policy.load import SHIPPED, load, shipped
from hub.policy.model import Policy
from hub.policy.telling import Sentence
from hub.policy.words import ANCHORS, CONTACT_KINDS
from hub.rules.facts import LIVE_FACTS, PART_FACTS, PLAN_FACTS
from hub.rules.kinds import COMMANDS, MEANS
from hub.rules.phases import PHASES

POLICIES = [load(path) for path in sorted(SHIPPED.glob("*.toml"))]


def of_all(policy: Policy) -> list[Sentence]:
    return [said for each in show.paper(policy).paragraphs for said in each.sentences]


def said_by(policy: Policy) -> str:
    return " ".join(" ".join(show.text(show.paper(policy))).split())


@pytest.mark.parametrize(
    ("sayings", "words"),
    [
        (saying.MOMENTS, ANCHORS),
        (saying.FACTS, {**PLAN_FACTS, **PART_FACTS, **LIVE_FACTS}),
        (saying.ACTS, COMMANDS),
        (saying.PHASES, PHASES),
        (saying.MEANS, MEANS),
        (saying.KINDS_OF_CONTACT, CONTACT_KINDS),
    ],
)
def test_every_word_of_a_file_has_a_saying(
    sayings: dict[str, object], words: dict[str, object]
) -> None:
    """A word added since is told as it is explained; none is told that does not exist."""
    assert not set(sayings) - set(words)
    assert len(sayings) > len(words) - 5


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_every_row_is_told_once_with_its_source(policy: Policy) -> None:
    rows = [row for name in show.TELLERS for row in getattr(policy, name)]
    told = of_all(policy)
    extra = 2 + bool(policy.means)  # office hours, how long things are kept, the order of lines
    assert len(told) == len(rows) + extra
    cited = sorted(clause for said in told for clause in said.clause)
    more = [*policy.means_clause, *policy.hours.clause]
    assert cited == sorted([clause for row in rows for clause in row.clause] + more)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_no_id_and_no_key_reaches_the_reader(policy: Policy) -> None:
    text = " ".join(f"{said.text} {said.told}" for said in of_all(policy))
    assert "_" not in text
    assert not re.search(r"\b(alarm|command|phase|step|case|rating):[a-z]", text)
    ids = {row.id for row in policy.roles} | {row.id for row in policy.levels} | set(PHASES)
    words = set(re.findall(r"[\w-]+", text))
    assert not {name for name in ids if "-" in name} & words


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_sentences_are_sentences(policy: Policy) -> None:
    for said in of_all(policy):
        assert not said.text[0].islower(), said.text
        assert said.text[-1] in ".?!”", said.text
        assert ".." not in said.text, said.text
        assert "  " not in said.text, said.text


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_the_page_says_what_the_terminal_says(policy: Policy) -> None:
    page = show.html(show.paper(policy))
    plain = re.sub(r"<[^>]+>", " ", page)
    for said in of_all(policy):
        assert (
            said.text.replace("'", "&#x27;").replace("&", "&amp;").replace("&amp;#x27;", "&#x27;")
            in plain
        )
    assert page.count("<section>") == page.count("</section>") == len(show.paper(policy).paragraphs)


def test_a_hostile_file_writes_no_markup() -> None:
    policy = replace(POLICIES[0], title="<script>ring()</script>")
    assert "<script" not in show.html(show.paper(policy))


def test_who_knows_homemakers_document_recognises_it() -> None:
    said = said_by(load(shipped("homemaker-exeter")))
    for words in (
        "A ground for “Enhanced tracking”: she meets this client for the first time, unless",
        "for the first time, unless the client is rated C3.",
        "1 hour after she left, told to a person, on the way back: She meant to return",
        "2 hours after she left, told to a person, on the way home: She went home",
        "20 minutes after her arrival (her press or her call, whichever was first)",
        "30 minutes after her arrival (her press or her call, whichever was first)",
        "Called: Tracker; 2 minutes later Tracker and Exeter office; and so on.",
        "10 minutes after the end that was agreed",
        "T: tracking call-back done (the call-back is done, 5 minutes after she was let in",
        "her work mobile, the client's mobile, the client's landline and last her own mobile",
        "[HM-4.2.4 · 4.2.4]",
    ):
        assert words in said, words


def test_who_knows_derbyshires_guidance_recognises_it() -> None:
    said = said_by(load(shipped("derbyshire-childrens-services")))
    at = [
        said.index(words)
        for words in (
            "At her expected finish, for “High-risk visit out of office hours”",
            "5 minutes after her expected finish, for “High-risk visit out of office hours”",
        )
    ]
    assert at == sorted(at)
    for words in (
        "An unplanned visit is never a first visit",
        "10 minutes after her expected finish, for “High-risk visit”",
        "'after 2 attempts' is read as ten minutes at the latest, by the clock",
        "Named manager may let it pass, by name and on the record.",
        "must do by hand and tick off by name: Try her yourself.",
    ):
        assert words in said, words


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (0, "0 minutes"),
        (60_000, "1 minute"),
        (90_000, "90 seconds"),
        (1_200_000, "20 minutes"),
        (3_600_000, "1 hour"),
        (5_400_000, "90 minutes"),
        (9_000_000, "2 hours 30 minutes"),
        (86_400_000, "24 hours"),
    ],
)
def test_spans_as_people_say_them(ms: int, said: str) -> None:
    assert saying.span(ms) == said
