"""A policy as canonical text and back: the snapshot that a visit keeps (P9).

Rule: `terms_from(terms_text(policy)) == policy`, byte for byte the same text for the same policy,
so that its digest names it.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

from hub.policy.duties import (
    CaseRule,
    Instruction,
    Line,
    Phrase,
    RegisterRule,
    Review,
    Screen,
    Script,
    TaskRule,
)
from hub.policy.model import (
    After,
    Choice,
    Gate,
    Hours,
    Letter,
    Level,
    On,
    Policy,
    Retention,
    Role,
    Terms,
    Timer,
)
from hub.rules.form import load_ladder

KEPT = 16  # procedures read last: each reader, replay and engine of a process asks for the same few

_ROWS: dict[str, Callable[..., Any]] = {
    "levels": Level,
    "roles": Role,
    "timers": Timer,
    "gates": Gate,
    "choices": Choice,
    "on": On,
    "letters": Letter,
    "instructions": Instruction,
    "phrases": Phrase,
    "after": After,
    "reviews": Review,
    "tasks": TaskRule,
    "cases": CaseRule,
    "registers": RegisterRule,
    "screens": Screen,
}


def terms_text(policy: Policy) -> str:
    """Canonical JSON: sorted keys, no spaces, without the digest."""
    plain = asdict(policy)
    del plain["digest"]
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest_of(policy: Policy) -> str:
    return sha256(terms_text(policy).encode("ascii")).hexdigest()


def _row(make: Callable[..., Any], found: dict[str, Any]) -> Any:
    return make(**{k: tuple(v) if isinstance(v, list) else v for k, v in found.items()})


def _script(found: dict[str, Any]) -> Script:
    lines = tuple(Line(**line) for line in found["lines"])
    return Script(**{**found, "lines": lines, "clause": tuple(found["clause"])})


@lru_cache(maxsize=KEPT)
def terms_from(text: str) -> Terms:
    """The policy that the text was made from, with its digest. A text of an older release lacks the
    tables that there were not yet: they are empty."""
    found = json.loads(text)
    for name, make in _ROWS.items():
        found[name] = tuple(_row(make, row) for row in found.get(name, ()))
    found["scripts"] = tuple(_script(row) for row in found.get("scripts", ()))
    found["ladders"] = tuple(load_ladder(row) for row in found["ladders"])
    found["hours"] = _row(Hours, found["hours"])
    found["retention"] = _row(Retention, found["retention"])
    for name in ("means", "means_clause"):
        found[name] = tuple(found[name])
    policy = Policy(**found)
    return replace(policy, digest=digest_of(policy))
