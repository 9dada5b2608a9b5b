"""Who may do a verb, whom a record is about, and what no single field can show.

Rule: nobody signs her own, and nobody clears, inducts or gives herself a key to keep; whoever
collects a key signs for it herself (CT-5.2). Which roles sign stands in the policy's `[[register]]`
row, never here.
"""

from hub.policy.duties import RegisterRule, Review
from hub.policy.model import Policy
from hub.registers import days, given
from hub.registers.declare import WHO, Register, Verb
from hub.registers.dues import unanswered
from hub.registers.seen import Seen
from hub.rules.model import Event, Record, Value

Fields = dict[str, Value]
# A role that may be asked where a procedure says nothing of a register.
IN_CHARGE = ("manager", "director", "lead", "officer")
WRITES = frozenset({"write", "update"})


def cited(row: RegisterRule | Review | None) -> str:
    return "ours" if row is None else ", ".join(row.clause) or row.source


def about_whom(
    register: Register, old: Record | None, event: Event, seen: Seen
) -> tuple[tuple[str, str], list[str]]:
    """((client, worker), faults): whom it is about, settled when it is first written."""
    if old is not None:
        return (old.client, old.worker), []
    told = str(event.data.get("about", "")).strip()
    client = str(event.data.get("client", "")).strip()
    worker = str(event.data.get("worker", "")).strip()
    if register.about == "client":
        client = client or told
    elif register.about == "worker":
        worker = worker or told
    elif register.about == "either" and told:
        client, worker = (told, worker) if told in seen.clients else (client, worker or told)
    faults = []
    if client and (register.about not in ("client", "either") or client not in seen.clients):
        faults.append(f"there is no client {client[:40]!r} whom this could be about")
    if worker and (register.about not in ("worker", "either") or worker not in seen.roles):
        faults.append(f"there is no person {worker[:40]!r} whom this could be about")
    if register.about in ("client", "worker") and not (client or worker):
        faults.append(f"say which {register.about} it is about")
    return (client, worker), faults


def unlawful(
    policy: Policy,
    register: Register,
    verb: Verb,
    row: RegisterRule | None,
    old: Record | None,
    values: Fields,
    seen: Seen,
) -> list[str]:
    """What no single field can show."""
    faults = []
    merged: Fields = {**({} if old is None else old.fields), **values}
    if register.automatic and old is None:
        faults.append("the hub begins these by itself")
    if "label" in values and seen.taken:
        faults.append("another key has this label: no two are alike")
    spoken = str(values.get("manager_spoken", ""))
    if spoken and not may(seen, spoken, (*signers(policy, row, "signer"), *keepers(row))):
        faults.append(f"{spoken!r} is no manager or person on call by this procedure")
    if register.kind == "badge" and {"issued", "expires"} & set(values):
        faults += _lifetime(row, str(merged.get("issued", "")), str(merged.get("expires", "")))
    if register.kind == "incident" and verb.name == "close":
        open_ones = [each for each in unanswered(row, old) if each] if old is not None else []
        if open_ones:
            faults.append(f"{len(open_ones)} of the review questions have no answer yet")
    if verb.takes and not verb.to and not verb.needs and not values:
        faults.append("nothing was given to change")
    first, last = str(merged.get("first_day", "")), str(merged.get("back_on", "")) or "9999"
    if register.kind == "absence" and first > last:
        faults.append("the day of return is before the first day")
    return faults


def _lifetime(row: RegisterRule | None, issued: str, expires: str) -> list[str]:
    """CT-6: no longer than the policy's `valid_months`, and not over before it begins."""
    first, last = given.day_of(issued), given.day_of(expires)
    if first is None or last is None:
        return []
    if last <= first:
        return ["it expires before it is issued"]
    months = 0 if row is None else row.valid_months
    if months and last > days.months_after(first, months):
        return [f"it expires later than {months} months after it was issued"]
    return []


def may(seen: Seen, person: str, roles: tuple[str, ...]) -> bool:
    return any(role in seen.roles.get(person, ()) for role in roles)


def signers(policy: Policy, row: RegisterRule | None, who: str) -> tuple[str, ...]:
    """The roles that sign for a register. Where the procedure names none, whoever is in charge
    keeps it usable, but nobody's signature is asked or taken."""
    named = () if row is None else row.signed_by
    if named or who == "second":
        return named
    return tuple(role.id for role in policy.roles if any(word in role.id for word in IN_CHARGE))


def keepers(row: RegisterRule | None) -> tuple[str, ...]:
    """The roles that keep a register: they sign, are reminded or are told."""
    return () if row is None else (*row.signed_by, *row.nag, *row.told)


def not_by(
    policy: Policy,
    verb: Verb,
    row: RegisterRule | None,
    old: Record | None,
    about: tuple[str, str],
    values: Fields,
    by: str,
    seen: Seen,
) -> str:
    """Why this person may not do it, or ""."""
    if by not in seen.roles:
        return "this is done by a person, by name"
    fields: Fields = {**({} if old is None else old.fields), **values}
    own = by in (about[1], fields.get("holder", ""))
    named = signers(policy, row, verb.who)
    writers = {act.by for act in (() if old is None else old.acts) if act.verb in WRITES}
    writers |= set(given.people_in(str(fields.get("assessors", ""))))
    allowed = {
        "anyone": True,
        "herself": by == about[1],
        "another": not own,
        "keeper": by == about[1] or may(seen, by, keepers(row) or named),
        "signer": not own and may(seen, by, named),
        "second": not own and by not in writers and may(seen, by, named),
        "knows": seen.knows or (not own and may(seen, by, named)),
    }[verb.who]
    if allowed:
        return ""
    listed = f" ({', '.join(named)})" if verb.who in ("signer", "second") and named else ""
    return f"This is for {WHO[verb.who]}{listed}"
