"""Every register of policy/words.py by its kind. docs/registers.md is made of these declarations.

Rule: nothing is looked up anywhere else; a kind that is not in here does not exist.
"""

from hub.policy.words import REGISTERS as MEANINGS
from hub.registers.declare import Register
from hub.registers.happenings import (
    ACTION,
    ASSESSMENT,
    CONTACT,
    DRILL,
    INCIDENT,
    REVIEW,
)
from hub.registers.people import ABSENCE, ACCEPTANCE, FITNESS, INDUCTION, NEXT_OF_KIN
from hub.registers.things import BADGE, ENTRY_CODE, KEY

_ALL = (INCIDENT, ACTION, ASSESSMENT, KEY, BADGE, ENTRY_CODE, CONTACT, NEXT_OF_KIN, ABSENCE,
        ACCEPTANCE, INDUCTION, FITNESS, DRILL, REVIEW)  # fmt: skip
REGISTERS: dict[str, Register] = {register.kind: register for register in _ALL}


def meaning(kind: str) -> str:
    """What the register is for, as policy/words.py says it."""
    return MEANINGS[kind]
