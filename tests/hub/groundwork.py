"""Whom a house has for each shipped procedure, and what that procedure wants before a visit.

Rule: the same five people and one client for all of them; only roles, records and the entry differ.
"""

from hub.policy.model import Policy
from hub.rules.model import Value

HOMEMAKER = "homemaker-exeter"
# id: name, initials, roles, duties, as the Homemaker's procedure names them
PEOPLE = {
    "ada": ("Ada Reed", "AR", "", ""),
    "bea": ("Bea Moss", "BM", "", ""),
    "tom": ("Tom Hall", "TH", "office", "office"),
    "mia": ("Mia Stone", "MS", "duty-manager,office", "duty-manager"),
    "dan": ("Dan Field", "DF", "director", ""),
}


def people_of(policy: Policy) -> dict[str, tuple[str, str, str, str]]:
    """PEOPLE with the roles of that procedure: Tom does what is nearest to the work, Mia manages
    (and can do Tom's), Dan stands behind her. What is of one visit belongs to Tom too."""
    if policy.id == HOMEMAKER:
        return PEOPLE
    above = [role.id for role in policy.roles if "manager" in role.id or "director" in role.id]
    near = [role.id for role in policy.roles if role.id not in above]
    held = {"tom": near, "mia": near + above, "dan": above}
    duty = {"tom": near, "mia": above}
    return {
        person: (name, initials, ",".join(held.get(person, ())), ",".join(duty.get(person, ())))
        for person, (name, initials, _, _) in PEOPLE.items()
    }


# A moment that she gives before she goes: LF-notify, SU-ooh.
TOLD_BEFORE = {"leading-futures": "expected_back_ms", "sutton-cypl": "check_in_ms"}
TOLD_AFTER_MS = 90 * 60_000  # the planned start
# By whom, and the record. Assessed on a day whose review is due after every day that a test plays.
RECORDS: tuple[tuple[str, dict[str, Value]], ...] = (
    ("bea", {"kind": "assessment", "verb": "write", "about": "c-1", "found": "a loose step",
             "assessed_on": "2030-05-01", "assessors": "bea"}),
    ("mia", {"kind": "induction", "verb": "write", "about": "ada", "covered": "all of it",
             "shown_on": "2026-05-01"}),
    ("mia", {"kind": "induction", "verb": "write", "about": "bea", "covered": "all of it",
             "shown_on": "2026-05-01"}),
)  # fmt: skip


def planned(policy: Policy, start_ms: int) -> dict[str, Value]:
    """What an entry of that procedure says besides."""
    found: dict[str, Value] = {"first_meeting": policy.id == HOMEMAKER}
    if policy.id in TOLD_BEFORE:
        found[TOLD_BEFORE[policy.id]] = start_ms + TOLD_AFTER_MS
    if policy.id == "acorn-partnership":
        found["workers"] = "ada,bea"
    return found


def written_down(policy: Policy) -> list[tuple[str, dict[str, Value]]]:
    """By whom, and the record: those of the registers that the procedure keeps."""
    return [(by, facts) for by, facts in RECORDS if facts["kind"] in policy.register]
