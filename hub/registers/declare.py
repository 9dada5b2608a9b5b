"""The words in which a register is declared: fields with their types, verbs with who and whence.

Rule: a form, a page of the docs, an API call and the rule that decides are all made of the same
declaration; nothing about a register stands anywhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NONE: Mapping[str, str] = MappingProxyType({})
NEW = ""  # the state of what is not yet written

# type of a field -> what is allowed, as a refusal and a form say it
TYPES = {
    "text": "one line, at most 200 characters",
    "long": "text, at most 2,000 characters",
    "date": "a date like 2026-11-22",
    "number": "a whole number from 0 to 1,000,000",
    "yes": "yes or no",
    "choice": "one of the choices",
    "person": "somebody whom the hub knows",
    "people": "people whom the hub knows, comma separated",
    "record": "another record that exists",
    "label": "a code that says nothing about whose it is",
    "secret": "4 to 40 characters; kept apart, never in the log or on another page",
}
# who may -> as a refusal says it
WHO = {
    "anyone": "any person by name",
    "herself": "only the person whom it is about",
    "another": "somebody else than the person whom it is about",
    "keeper": "the person whom it is about, or somebody whom the procedure names for this register",
    "signer": "somebody whom the procedure names for this register, never about herself",
    "second": "somebody whom the procedure names to sign it, not who wrote it or whom it is about",
    "knows": "who visits this client about now, the visit's tracker, or who signs for the register",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is written down. `label`: what a form says beside it."""

    name: str
    label: str
    type: str = "text"
    choices: Mapping[str, str] = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True)
class Verb:
    """What can be done to a record. `needs`: fields that must be given, "a|b": one of the two.

    `starts`: the states it may be done in, NEW for a record that does not exist yet. `to`: the
    state afterwards, "" leaves it as it is. `gated`: the policy's gates on write_record are asked;
    of what only tells that something went wrong they never are. `raises`: rules/kinds.py ON_EVENTS,
    what it raises at once (with `tells` only where the row tells somebody); `tells`: the row's
    `told` are paged at once.
    """

    name: str
    label: str
    starts: tuple[str, ...]
    to: str = ""
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    who: str = "anyone"
    raises: str = ""
    tells: bool = False
    gated: bool = False

    @property
    def asks_gates(self) -> bool:
        return not self.raises and not self.tells and (self.gated or NEW in self.starts)


@dataclass(frozen=True, slots=True)
class Register:
    """`about`: whom a record is about, "client", "worker", "either" (both may be given) or "" for
    nobody. `states`: name -> meaning; `ended`: those in which nothing falls due any more.
    `closed`: only keepers and the person herself may read it (DC-contacts).
    `named_by`: the field that tells one record from another in a list.
    """

    kind: str
    one: str  # one record of it, as a sentence begins
    title: str
    about: str
    fields: tuple[Field, ...]
    states: Mapping[str, str]
    verbs: tuple[Verb, ...]
    ended: frozenset[str] = frozenset()
    closed: bool = False
    named_by: str = ""
    automatic: bool = False  # the hub begins its records; people do the verbs that follow

    def field_named(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)

    def verb_named(self, name: str) -> Verb | None:
        return next((each for each in self.verbs if each.name == name), None)

    def verbs_in(self, state: str) -> tuple[Verb, ...]:
        """What can be done in this state; NEW gives the ways to begin a record."""
        return tuple(verb for verb in self.verbs if state in verb.starts)


def alternatives(need: str) -> tuple[str, ...]:
    """The fields of which one must be given."""
    return tuple(need.split("|"))
