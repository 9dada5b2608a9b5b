"""What a flash owes its pendant, for every test that cuts its power.

The law: what was told as done is there, whole; what was under way is wholly old or wholly new;
nothing else has changed.
"""

from collections.abc import Sequence
from random import Random
from typing import Protocol

from simulator.storm.flash import PowerCut

Work = Sequence[tuple[str, bytes | None]]
Records = list[tuple[str, bytes]]
NAMES = ("phase", "e-0123456789abcdef-1", "e-0123456789abcdef-2", "o-0123456789abcdef-1")
SIZES = (0, 9, 60, 128, 129, 700, 5000)  # in the folder's block, in one of its own, in two


class Keeper(Protocol):
    """A flash, or one that is planted to break the law."""

    def write(self, name: str, blob: bytes) -> None: ...

    def erase(self, name: str) -> None: ...


def some_work(seed: int, count: int, sizes: Sequence[int] = SIZES) -> Work:
    random = Random(seed)
    return [
        (
            random.choice(NAMES),
            None if random.random() < 0.25 else random.randbytes(random.choice(sizes)),
        )
        for _ in range(count)
    ]


def carry_out(flash: Keeper, work: Work) -> int:
    """As much of it as was told as done before the power went."""
    for done, (name, blob) in enumerate(work):
        try:
            if blob is None:
                flash.erase(name)
            else:
                flash.write(name, blob)
        except PowerCut:
            return done
    return len(work)


def after(work: Work, before: Records | None = None) -> dict[str, bytes]:
    """What the records are when all of it is done."""
    records = dict(before or ())
    for name, blob in work:
        if blob is None:
            records.pop(name, None)
        else:
            records[name] = blob
    return records


def breach(work: Work, done: int, found: Records, before: Records | None = None) -> str:
    """How what the next boot found breaks the law; "" if it does not."""
    held = dict(found)
    owed = after(work[:done], before)
    if done < len(work):
        name, blob = work[done]
        got, old = held.pop(name, None), owed.pop(name, None)
        if got != old and got != blob:
            return f"{name} is neither old nor new"
    if held != owed:
        return f"told and not kept: {sorted(owed.items() - held.items())}"
    return "" if found == sorted(found) else "not in the order of their names"
