"""A failing seed as a story: made small, written to a file, and told in words.

Rule: what is told is what was played last, and the command that plays it again stands under it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.live.span import spell
from simulator.storm.asked import plan_of
from simulator.storm.campaign import Wish
from simulator.storm.crew import Crew
from simulator.storm.plan import Act, Plan
from simulator.storm.shrinking import Shrinking, Shrunk
from simulator.storm.story import FOLDER, Story, filed, written

TOLD_ACTS = 40
TITLE = 100


@dataclass(frozen=True, slots=True)
class Narrated:
    """`text`: in words, with the command."""

    path: Path
    shrunk: Shrunk
    text: str

    def as_json(self) -> dict[str, Any]:
        plan = self.shrunk.plan
        return {
            "seed": plan.seed, "file": str(self.path), "again": again(self.path),
            "plays": self.shrunk.plays, "done": self.shrunk.done, "acts": len(plan.acts),
            "violation": dict(self.shrunk.violation),
        }  # fmt: skip


def narrated(
    wish: Wish,
    seed: int,
    violation: Mapping[str, Any],
    jobs: int,
    most: int,
    show: Callable[[str, int, int], None],
) -> Narrated:
    """That seed's plan as small as `most` plays make it, in FOLDER."""
    plan = plan_of(wish.job(seed))
    with Crew(jobs) as crew:

        def plays(plans: Sequence[Plan]) -> Sequence[Mapping[str, Any]]:
            return crew.in_order([{"story": written(Story("-", each)), "seed": seed}
                                  for each in plans])  # fmt: skip

        def tell(shrinking: Shrinking) -> None:
            now = shrinking.plan
            text = f"making seed {seed} small: {len(now.acts)} of {len(plan.acts)} acts"
            text += f", {spell(now.length_ms)} of {spell(plan.length_ms)}; play {shrinking.count}"
            show(text, shrinking.count, most)

        shrunk = Shrinking(plan, violation, plays, jobs, most, tell).run()
    said = f"{shrunk.violation['checker']}: {shrunk.violation['said']}"
    story = Story(_title(said), shrunk.plan, str(shrunk.violation["checker"]))
    path = FOLDER / f"{seed}.toml"
    filed(story, path, f"Seed {seed} broke a promise: {said}\nAgain: {again(path)}")
    return Narrated(path, shrunk, _told(plan, shrunk, path, said))


def again(path: Path) -> str:
    """The command that plays a story."""
    return f"allswell-sim run {path}"


def _title(said: str) -> str:
    line = said.splitlines()[0] if said.strip() else "a promise is broken"
    return line if len(line) <= TITLE else line[: TITLE - 1] + "…"


def _told(whole: Plan, shrunk: Shrunk, path: Path, said: str) -> str:
    plan = shrunk.plan
    ended = "" if shrunk.done else ", and could be smaller: --plays gives it more"
    made = f"{len(whole.acts)} acts made {len(plan.acts)} in {shrunk.plays} plays{ended}"
    lasting = f"{spell(plan.length_ms)} and {spell(plan.calm_ms)} of calm"
    lines = [
        f"\nseed {plan.seed}, {made}:",
        f"  {plan.policy}, {plan.workers} with a pendant, {lasting}",
    ]
    lines += [f"  {sentence(act)}" for act in plan.acts[:TOLD_ACTS]]
    if len(plan.acts) > TOLD_ACTS:
        lines.append(f"  … and {len(plan.acts) - TOLD_ACTS} more")
    return "\n".join([*lines, f"  → {said}", f"  again: {again(path)}", ""])


def sentence(act: Act) -> str:
    """An act in one line."""
    who = f" {act.who}" if act.who else ""
    length = f" for {spell(act.length_ms)}" if act.length_ms else ""
    detail = f" ({act.detail})" if act.detail != "" else ""
    return f"{spell(act.at_ms):>12}  {act.kind}{who}{length}{detail}"
