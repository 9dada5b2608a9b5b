"""The shipped procedures for tests, each read once for a process.

Rule: a procedure is frozen, so all tests may have the same one; a test of the reading itself reads.
"""

from functools import cache

from hub.policy.load import load, shipped
from hub.policy.model import Policy


@cache
def policy_of(name: str) -> Policy:
    return load(shipped(name))
