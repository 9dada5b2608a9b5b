"""A scenario file, read into frozen types or refused with every fault and its line.

docs/scenarios.md says what each key means; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hub.clock import MAX_SPEED
from hub.policy.load import SHIPPED
from hub.rules.kinds import COMMANDS
from hub.rules.model import Value
from hub.settings import DEFAULT_POLICY
from hub.toml_source import Fault, Faults, Source, Table, read
from protocol.record import is_id
from simulator.live.pendant import GESTURES
from simulator.live.proxy import MODES
from simulator.live.span import (
    BEGIN,
    MOMENT,
    SPAN,
    Moment,
    is_begin,
    is_moment,
    is_span,
    moment,
    span_ms,
)

FOLDER = Path(__file__).resolve().parent.parent / "scenarios"
WORLDS = Path(__file__).resolve().parent.parent / "worlds"

STRICT = ("alarm", "page", "feel")
EXPECT = (
    "alarm", "task", "log", "page", "feel", "link", "flash", "boot", "process", "board", "screen",
)  # fmt: skip
SHOWN = ("board", "screen")  # looked at, not waited for on the feed
FAULTS = (
    "broker kill", "broker start", "broker freeze", "broker thaw",
    "hub kill", "hub start", "hub backup", "hub restore",
    "second-broker kill", "second-broker start", "second-broker freeze", "second-broker thaw",
    *("hub-network " + mode for mode in ("through", "cut", "half-open")),
    "pendant cut", "pendant start", "pendant oversleep", "pendant revoke",
    "pendant renew",
    "flash hold", "flash free", "battery",
    "pages fail", "pages work",
    *("network " + mode for mode in MODES),
)  # fmt: skip
ACTS = ("press", "do", "fault")
KINDS = (*ACTS, "expect", "absent", "until")
START = "start"  # the label of the scenario's own beginning
DEFAULT_WITHIN_S = 10
DEFAULT_LATE_MS = 90_000


@dataclass(frozen=True, slots=True)
class Step:
    """One act or one expectation. `kind`: KINDS; `what`: the gesture, command, fault or source."""

    kind: str
    what: str
    line: int
    who: str = ""
    by: str = ""
    label: str = ""
    say: str = ""
    at: Moment | None = None
    since: str = ""
    name: str = ""  # of what is expected, e.g. `sos raised`
    text: str = ""
    within_s: int = DEFAULT_WITHIN_S
    early_ms: int = 0
    late_ms: int = DEFAULT_LATE_MS
    refused: str = ""
    overlapping: bool = False
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_act(self) -> bool:
        return self.kind in ACTS


@dataclass(frozen=True, slots=True)
class Allow:
    """What may happen besides, and why that is no fault."""

    source: str
    name: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """The steps of one round, again and again, with a SIGKILL at a random instant of each: in odd
    rounds anywhere `within_ms`, in even ones in the `focus` where it hurts most."""

    count: int
    kill: str  # hub | broker
    within_ms: int
    focus_ms: tuple[int, int]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    file: str
    title: str
    about: str
    speed: int
    world: Path
    policy: str  # a shipped one's id
    begins: str  # a weekday and a time of day, "" = now
    clause: tuple[str, ...]
    strict: tuple[str, ...]
    wearers: tuple[str, ...]  # the people who carry a pendant
    beat_s: int
    tls: bool
    brokers: int  # 1 or 2
    sleep: bool  # pendants sleep off duty
    valid_ms: int  # for how long pendants are good, 0 = for ever
    screen: str  # who looks at the board where a step expects something of it
    steps: tuple[Step, ...]
    allow: tuple[Allow, ...]
    repeat: Repeat | None = None

    @property
    def name(self) -> str:
        return Path(self.file).stem


def load(path: Path) -> Scenario:
    """Raises hub.toml_source.Faults with everything that is wrong."""
    source = read(path)
    faults: list[Fault] = []
    top = Table(source, faults, (), source.tree)
    head = top.table("scenario")
    world = WORLDS / (head.text("world", "exeter", "a world's name", is_id) + ".toml")
    if not world.exists():
        head.fault("world", f"there is no {world.name} in simulator/worlds")
    labels = {START}
    policies = tuple(sorted(found.stem for found in SHIPPED.glob("*.toml")))
    scenario = Scenario(
        file=str(path),
        title=head.text("title", allowed="what it shows, in one line"),
        about=head.text("about", ""),
        speed=head.number("speed", 60, 1, MAX_SPEED),
        world=world,
        policy=head.choice("policy", policies, DEFAULT_POLICY),
        begins=head.text("begins", "", BEGIN, is_begin),
        clause=head.texts("clause", "a list of clause ids"),
        strict=head.texts("strict", f"a list of {', '.join(STRICT)}", lambda kind: kind in STRICT),
        wearers=head.texts("wearers", "a list of people's ids", is_id),
        beat_s=head.number("beat_s", 1, 1, 3600),
        tls=head.flag("tls", False),
        brokers=head.number("brokers", 1, 1, 2),
        sleep=head.flag("sleep", False),
        valid_ms=_span(head, "valid", 0),
        screen=head.text("screen", "olu", "a person's id", is_id),
        steps=tuple(_step(source, table, labels) for table in top.tables("step")),
        allow=tuple(_allow(table) for table in top.tables("allow")),
        repeat=_repeat(source, top.tables("repeat"), labels),
    )
    head.done()
    top.done()
    if not scenario.steps:
        faults.append(source.fault((), "has no [[step]]"))
    if faults:
        raise Faults(faults)
    return scenario


def _allow(table: Table) -> Allow:
    found = Allow(
        source=table.choice("source", STRICT),
        name=table.text("name", ""),
        who=table.text("who", ""),
        why=table.text("why", allowed="the reason why it is no fault"),
    )
    table.done()
    return found


def _repeat(source: Source, tables: list[Table], labels: set[str]) -> Repeat | None:
    if not tables:
        return None
    table = tables[0]
    if len(tables) > 1:
        tables[1].fault("", "one [[repeat]] is enough")
    found = Repeat(
        count=table.number("count", 200, 1, 10_000),
        kill=table.choice("kill", ("hub", "broker")),
        within_ms=_span(table, "within", 2_000),
        focus_ms=(_span(table, "focus_from", 0), _span(table, "focus_to", 2_000)),
        steps=tuple(_step(source, each, labels) for each in table.tables("step")),
    )
    table.done()
    return found


def _step(source: Source, table: Table, labels: set[str]) -> Step:
    kinds = [kind for kind in KINDS if table.has(kind)]
    if len(kinds) != 1:
        table.fault("", f"needs exactly one of {', '.join(KINDS)}; it has {len(kinds)}")
    kind = kinds[0] if kinds else "until"
    what = table.text(kind, allowed=_allowed(kind), test=lambda text: _fits(kind, text))
    when = what if kind == "until" else table.text("at", "", MOMENT, is_moment)
    step = Step(
        kind=kind,
        what=what,
        line=source.line(table.path),
        who=table.text("who", ""),
        label=table.text("label", "", "a name", lambda text: text == "" or is_id(text)),
        say=table.text("say", ""),
        at=moment(when) if is_moment(when) else None,
    )
    if step.at is not None and step.at.label not in labels:
        table.fault("at", f"no step before this one has the label {step.at.label!r}")
    step = _rest(table, step, labels)
    if step.label in labels:
        table.fault("label", f"{step.label!r} is another step's")
    labels |= {step.label} - {""}
    table.done()
    return step


def _rest(table: Table, step: Step, labels: set[str]) -> Step:
    """The keys that only this kind of step has."""
    if step.kind in ("expect", "absent"):
        since = table.text("since", "")
        if since and since not in labels:
            table.fault("since", f"no step before this one has the label {since!r}")
        return replace(
            step,
            name=table.text("name", ""),
            text=table.text("text", ""),
            since=since,
            within_s=table.number("within_s", DEFAULT_WITHIN_S, 1, 600),
            early_ms=_span(table, "early", 0),
            late_ms=_span(table, "late", DEFAULT_LATE_MS),
        )
    if step.kind == "do":
        return replace(
            step,
            by=table.text("by", allowed="a person's id", test=is_id),
            refused=table.text("refused", ""),
            values=_values(table),
        )
    if step.kind == "press":
        return replace(step, overlapping=table.flag("overlapping", False))
    if step.kind == "fault":
        latency_ms = table.number("latency_ms", 0, 0, 60_000)
        percent = table.number("percent", 100, 0, 100)
        return replace(step, values={"latency_ms": latency_ms, "percent": percent})
    return step


def _values(table: Table) -> dict[str, Value]:
    """Data of a command as it stands; the runner makes moments and labels of it."""
    table.table("with")
    given = table.get("with")
    found: dict[str, Value] = {}
    for key, value in given.items() if isinstance(given, dict) else ():
        if isinstance(value, str | int | bool):
            found[key] = value
        else:
            table.fault("with", f"{key}: a text, a whole number, true or false is allowed")
    return found


def _span(table: Table, key: str, default_ms: int) -> int:
    text = table.text(key, "", SPAN, is_span)
    return span_ms(text) if is_span(text) else default_ms


def _fits(kind: str, text: str) -> bool:
    return is_moment(text) if kind == "until" else text in _CHOICES[kind]


def _allowed(kind: str) -> str:
    return MOMENT if kind == "until" else "one of " + ", ".join(_CHOICES[kind])


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "press": tuple(GESTURES),
    "do": tuple(COMMANDS),
    "fault": FAULTS,
    "expect": EXPECT,
    "absent": EXPECT,
}
