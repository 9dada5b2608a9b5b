"""A plan as a scenario file: a failing seed made small, for `allswell-sim run` and for keeping.

Rule: what is written is read back as the same plan, to the last millisecond; what is wrong in a
file is told with its line and what is allowed (docs/scenarios.md has the keys).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap

from hub.toml_source import Fault, Faults, Source, Table, read
from simulator.live.pendant import GESTURES
from simulator.live.span import SPAN, UNITS_MS, is_span, span_ms
from simulator.storm.books import WORLD_OF, with_workers, world_of
from simulator.storm.drawing import MOST_WORKERS
from simulator.storm.plan import ACTS, HOUR_MS, MINUTE_MS, Act, Plan
from simulator.storm.rates import CALM, Rates

FOLDER = Path("build/storm")  # where a shrunk seed is written
KEPT = Path(__file__).resolve().parent.parent / "scenarios" / "storm"  # stories of mended bugs
MOST_MS = 48 * HOUR_MS
MOST_SEED = 2**63 - 1
START = "a moment in UTC, like 2026-10-24T08:30:00Z"
CRASH = "crash"  # the checker of a play that ended in an exception
STUCK = "stuck"  # ... of a play that did not end


@dataclass(frozen=True, slots=True)
class Story:
    """`breaks`: the checker that fired when it was written down, "" for none; `file`: "" while it
    was never in one."""

    title: str
    plan: Plan
    breaks: str = ""
    file: str = ""

    @property
    def name(self) -> str:
        return Path(self.file).stem


# As text.


def written(story: Story) -> str:
    """The whole file."""
    plan = story.plan
    head: dict[str, str | int] = {
        "title": story.title,
        "breaks": story.breaks,
        "seed": plan.seed,
        "policy": plan.policy,
        "workers": plan.workers,
        "start": _moment(plan.start_ms),
        "length": exact(plan.length_ms),
        "calm": exact(plan.calm_ms),
        "beat_s": plan.beat_s,
        "offduty_beat_s": plan.offduty_beat_s,
        "sleep": int(plan.sleep),
        "brokers": plan.brokers,
    }
    usual = {
        "sleep": 0,
        "brokers": 1,
    }  # as the stories have it that were kept before there were two
    head = {key: value for key, value in head.items() if usual.get(key) != value}
    lines = ["[storm]", *_pairs(head)]
    differing: dict[str, str | int] = {
        each.name: getattr(plan.rates, each.name)
        for each in fields(Rates)
        if getattr(plan.rates, each.name) != getattr(CALM, each.name)
    }
    if differing:
        lines += ["", "[storm.rates]", *_pairs(differing)]
    for act in plan.acts:
        lines += ["", "[[act]]", *_pairs(_of_act(act))]
    return "\n".join(lines) + "\n"


def filed(story: Story, path: Path, about: str) -> None:
    """Written there, with a comment on top that says what it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    comment = "".join(f"# {line}\n" for text in about.splitlines() for line in wrap(text, 96))
    path.write_text(f"{comment}\n{written(story)}", encoding="utf-8")


def _of_act(act: Act) -> dict[str, str | int]:
    found: dict[str, str | int] = {"at": exact(act.at_ms), "kind": act.kind}
    if act.who:
        found["who"] = act.who
    if act.length_ms:
        found["length"] = exact(act.length_ms)
    if act.detail != "":
        found["detail"] = act.detail
    return found


def _pairs(values: dict[str, str | int]) -> Iterator[str]:
    """A JSON text is a TOML text too; numbers are alike in both."""
    for key, value in values.items():
        yield f"{key} = {json.dumps(value, ensure_ascii=False)}"


def exact(ms: int) -> str:
    """`90 min`, `61 s`, `1500 ms`: in the greatest unit that leaves nothing over."""
    unit = next(unit for unit in ("h", "min", "s", "ms") if ms % UNITS_MS[unit] == 0)
    return f"{ms // UNITS_MS[unit]} {unit}" if ms else "0 s"


def _moment(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return at.isoformat(timespec="auto" if at_ms % 1000 else "seconds").replace("+00:00", "Z")


# Read again.


def is_story(source: Source) -> bool:
    """Whether a scenario file is played in virtual time."""
    return "storm" in source.tree


def load(path: Path) -> Story:
    """Raises hub.toml_source.Faults with everything that is wrong."""
    return understood(read(path))


def understood(source: Source) -> Story:
    """The story of a file that was read already. Raises hub.toml_source.Faults."""
    faults: list[Fault] = []
    top = Table(source, faults, (), source.tree)
    storm = top.table("storm")
    title = storm.text("title", allowed="what goes wrong, in one line")
    breaks = storm.choice("breaks", ("", CRASH, STUCK, *_checkers()), "")
    seed = storm.number("seed", 0, 0, MOST_SEED)
    policy = storm.choice("policy", tuple(WORLD_OF))
    workers = storm.number("workers", 1, 1, MOST_WORKERS)
    start = storm.text("start", allowed=START, test=_is_moment)
    length_ms = _span(storm, "length", None)
    calm_ms = _span(storm, "calm", 45 * MINUTE_MS)
    beat_s = storm.number("beat_s", 10, 1, 3600)
    offduty_beat_s = storm.number("offduty_beat_s", 60, 1, 3600)
    sleep = bool(storm.number("sleep", 0, 0, 1))
    brokers = storm.number("brokers", 1, 1, 2)
    rates = _rates(storm)
    people = _people(policy, workers) if policy in WORLD_OF else ()
    acts = tuple(_act(table, people) for table in top.tables("act"))
    storm.done()
    top.done()
    if faults:
        raise Faults(faults)
    plan = Plan(seed, policy, workers, _at_ms(start), length_ms, rates, acts, calm_ms, beat_s,
                offduty_beat_s, sleep, brokers)  # fmt: skip
    return Story(title, plan, breaks, source.file)


def _checkers() -> tuple[str, ...]:
    # Here: the checkers import most of the hub, and a planted bug has to be there before that.
    from simulator.storm.checkers.table import CHECKS

    return tuple(CHECKS)


def _people(policy: str, workers: int) -> tuple[str, ...]:
    people, _ = with_workers(world_of(policy), workers)
    return ("", *people)


def _act(table: Table, people: tuple[str, ...]) -> Act:
    kind = table.choice("kind", tuple(ACTS))
    detail: str | int
    if isinstance(table.get("detail"), int):
        detail = table.number("detail", 0, -MOST_MS, MOST_MS)
    else:
        detail = table.text("detail", "")
    if kind == "press" and detail not in GESTURES:
        table.fault("detail", f"{detail!r} is wrong; allowed is one of {', '.join(GESTURES)}")
    who = table.choice("who", people, "") if people else table.text("who", "")
    found = Act(_span(table, "at", None), kind, who, _span(table, "length", 0), detail)
    table.done()
    return found


def _rates(storm: Table) -> Rates:
    storm.table("rates")
    given = storm.get("rates")
    found = Rates()
    kinds = {each.name: type(getattr(CALM, each.name)) for each in fields(Rates)}
    for key, value in given.items() if isinstance(given, dict) else ():
        if key not in kinds:
            storm.fault("rates", f"{key} is not a rate; there are {', '.join(kinds)}")
        elif isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            storm.fault("rates", f"{key}: {value!r} is wrong; allowed is a number from 0")
        elif kinds[key] is int and not isinstance(value, int):
            storm.fault("rates", f"{key}: {value!r} is wrong; allowed is a whole number")
        else:
            setattr(found, key, kinds[key](value))
    return found


def _span(table: Table, key: str, default_ms: int | None) -> int:
    default = None if default_ms is None else exact(default_ms)
    text = table.text(key, default, SPAN, is_span)
    if not is_span(text):
        return 0
    found = span_ms(text)
    if found > MOST_MS:
        table.fault(key, f"{text!r} is wrong; allowed is at most {exact(MOST_MS)}")
    return found


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).utcoffset() is not None and text.endswith("Z")
    except ValueError:
        return False


def _at_ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
