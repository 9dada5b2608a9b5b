"""Which procedure the hub runs by: the file's, or the last good one while the file has faults.

Rule (P9): a file with any fault is refused whole, with all of them told, and what ran goes on. At a
start the last procedure that was in force is in the database and runs; the board shows the faults.
"""

from dataclasses import dataclass
from pathlib import Path

from hub.policy import load as policies
from hub.policy.load import PolicyFaults
from hub.policy.model import Policy
from hub.policy.terms import terms_from
from hub.settings import Settings
from hub.store.store import Store

IN_FORCE = "policy"  # the key in the table `meta`: the terms that were in force last
SHOWN = 3  # faults on the banner of the board; all of them are in the hub's own log


@dataclass(frozen=True, slots=True)
class InForce:
    """`faults`: what is wrong with the file, when it is not what runs."""

    policy: Policy
    faults: tuple[str, ...] = ()


def policy_of(settings: Settings) -> Policy:
    """The procedure to run by. Raises PolicyFaults."""
    name = settings.policy
    return policies.load(Path(name) if name.endswith(".toml") else policies.shipped(name))


def in_force(settings: Settings, store: Store) -> InForce:
    """The file's procedure, or the last good one. Raises PolicyFaults when there is none."""
    try:
        return InForce(policy_of(settings))
    except PolicyFaults as exc:
        last = last_good(store)
        if last is None:
            raise
        return InForce(last, faults_of(exc))


def last_good(store: Store) -> Policy | None:
    """The procedure that was in force when the hub last ran."""
    name = store.meta(IN_FORCE)
    row = store.one("SELECT source FROM terms WHERE id = ?", (name,)) if name else None
    return None if row is None else terms_from(row[0])


def faults_of(exc: PolicyFaults) -> tuple[str, ...]:
    return tuple(str(fault) for fault in exc.faults)


def banner(faults: tuple[str, ...], policy: Policy) -> str:
    """What the board says of a refused file, "" without one."""
    if not faults:
        return ""
    shown = "; ".join(faults[:SHOWN])
    more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    return f"The procedure's file was refused, {policy.terms_id} goes on: {shown}{more}."
