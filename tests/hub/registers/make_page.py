"""Makes the tables of docs/registers.md from the declarations of hub/registers.

    python -m tests.hub.registers.make_page

The rule it keeps: what a reader is told of a register is what its forms ask and its rule allows; a
test makes the page again and compares.
"""

from hub.policy.duties import RegisterRule
from hub.registers.declare import NEW, TYPES, WHO, Register, Verb
from hub.registers.dues import TIMERS
from hub.registers.kinds import REGISTERS, meaning
from tests.hub.rules.make_papers import NAMES, code, made_again, meanings, table
from tests.shipped import policy_of
from tests.tree import ROOT

PAGE = ROOT / "docs" / "registers.md"
ABOUT = {
    "client": "about a client",
    "worker": "about a worker",
    "either": "about a worker, a client or both",
    "": "about nobody",
}


def chapter(register: Register) -> str:
    closed = " Closed to others." if register.closed else ""
    begun = " The hub begins its records." if register.automatic else ""
    head = f"### `{register.kind}`: {register.title}\n"
    said = f"{meaning(register.kind)}; {ABOUT[register.about]}.{closed}{begun}\n"
    states = ((code(name), said) for name, said in register.states.items())
    fields = ((code(field.name), field.label, field.type) for field in register.fields)
    choices = "".join(
        f"`{field.name}`: " + "; ".join(f"`{key}` {said}" for key, said in field.choices.items())
        + ".\n\n"
        for field in register.fields
        if field.choices
    )  # fmt: skip
    verbs = (line(verb) for verb in register.verbs)
    return "\n".join((
        head,
        said,
        table(("verb", "from", "to", "needs", "takes", "who"), verbs),
        table(("field", "what", "type"), fields),
        choices + table(("state", "meaning"), states),
    ))  # fmt: skip


def line(verb: Verb) -> tuple[str, ...]:
    starts = ", ".join(f"`{state}`" if state != NEW else "new" for state in verb.starts)
    needs = ", ".join(" or ".join(f"`{n}`" for n in need.split("|")) for need in verb.needs)
    at_once = f"; raises `{verb.raises}`" if verb.raises else ""
    at_once += "; told at once" if verb.tells else ""
    to = f"`{verb.to}`" if verb.to else "as it is"
    name = f"`{verb.name}` {verb.label}{at_once}"
    return name, starts, to, needs or "–", code(*verb.takes) or "–", f"`{verb.who}`"


def span(row: RegisterRule) -> str:
    found = [f"signed within {row.sign_within_days} days"] if row.sign_within_days else []
    found += [f"reviewed every {row.review_months} months"] if row.review_months else []
    found += [f"at most {row.valid_months} months"] if row.valid_months else []
    found += [f"{len(row.questions)} questions"] if row.questions else []
    found += [f"asked every {row.nag_days} days"] if row.nag else []
    return "; ".join(found) or "–"


def kept() -> str:
    rows = (
        (code(name), code(row.kind), code(*row.signed_by) or "–", code(*row.told) or "–", span(row),
         f"{', '.join(row.clause) or '–'} ({row.source})")
        for name in NAMES
        for row in policy_of(name).registers
    )  # fmt: skip
    head = ("procedure", "register", "signed by", "told at once", "when", "clause and source")
    return table(head, rows)


def parts() -> dict[str, str]:
    """The made parts of the page by their names."""
    return {
        "types": "\n".join((
            meanings("type of a field", TYPES),
            meanings("who", WHO),
            meanings("what falls due", TIMERS),
        )),
        "registers": "\n".join(chapter(register) for register in REGISTERS.values()),
        "kept": kept(),
    }  # fmt: skip


def write() -> None:
    PAGE.write_text(made_again(PAGE, parts()), encoding="utf-8")


if __name__ == "__main__":
    write()
