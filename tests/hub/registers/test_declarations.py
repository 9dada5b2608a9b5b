"""The declarations fit together, and docs/registers.md says what they say."""

import pytest

from hub.policy.words import REGISTERS as NAMED
from hub.registers.declare import NEW, TYPES, WHO, Register, alternatives
from hub.registers.kinds import REGISTERS
from hub.rules.kinds import ON_EVENTS
from tests.hub.registers.make_page import PAGE, parts
from tests.hub.rules.make_papers import made_again

ALL = list(REGISTERS.values())


def test_the_page_is_made_of_the_declarations() -> None:
    assert PAGE.read_text(encoding="utf-8") == made_again(PAGE, parts()), (
        "run `python -m tests.hub.registers.make_page`"
    )


def test_every_register_that_a_policy_may_name_is_declared() -> None:
    assert set(REGISTERS) == set(NAMED)
    assert all(kind == register.kind for kind, register in REGISTERS.items())


@pytest.mark.parametrize("register", ALL, ids=lambda register: register.kind)
def test_a_register_names_only_what_it_has(register: Register) -> None:
    names = [field.name for field in register.fields]
    assert len(names) == len(set(names))
    assert all(field.type in TYPES and field.label for field in register.fields)
    assert all(bool(field.choices) == (field.type == "choice") for field in register.fields)
    assert register.ended <= set(register.states)
    assert register.named_by in names
    for verb in register.verbs:
        fields = {name for need in verb.needs for name in alternatives(need)} | set(verb.takes)
        assert fields <= set(names), verb.name
        assert set(verb.starts) <= {NEW, *register.states}, verb.name
        assert verb.to in ("", *register.states), verb.name
        assert verb.who in WHO and verb.label, verb.name
        assert verb.raises in ("", *ON_EVENTS), verb.name
        assert verb.to or NEW not in verb.starts, f"{verb.name} begins nothing"


@pytest.mark.parametrize("register", ALL, ids=lambda register: register.kind)
def test_every_state_can_be_reached_and_left_unless_it_is_an_end(register: Register) -> None:
    reached = {verb.to for verb in register.verbs if NEW in verb.starts}
    if register.automatic:
        reached |= {"waiting", "due", "ended"}
    while True:
        more = {v.to for v in register.verbs if v.to and reached & set(v.starts)} - reached
        if not more:
            break
        reached |= more
    assert reached == set(register.states)
    for state in set(register.states) - register.ended:
        assert any(verb.to not in ("", state) for verb in register.verbs_in(state)), state
