"""docs/rules.md and docs/policies.md say what the tables of the code say."""

from pathlib import Path

import pytest

from hub.policy.rows import known_clauses
from tests.hub.rules.make_papers import PAGES, made_again
from tests.stories.world import HOMEMAKER


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_is_made_from_the_code(page: Path) -> None:
    again = made_again(page, PAGES[page]())
    said = "make it again: python -m tests.hub.rules.make_papers"
    assert page.read_text(encoding="utf-8") == again, said


def test_every_clause_id_of_the_shipped_policy_is_known() -> None:
    cited = {clause for timer in HOMEMAKER.timers for clause in timer.clause}
    cited |= {clause for gate in HOMEMAKER.gates for clause in gate.clause}
    assert cited <= known_clauses()
    assert len(known_clauses()) == 95
