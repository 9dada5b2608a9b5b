"""`allswell-sim run`: scenario files one after another, a line per event, a diff when one fails.

The rule it keeps: a scenario passes only when every step was met and nothing happened that it
calls strict and did not expect; whatever stops it, its processes are gone before the next begins.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.toml_source import Faults, read
from simulator.live.child import ChildFailed
from simulator.live.feed import Happening
from simulator.live.judge import Failed
from simulator.live.perform import Performance
from simulator.live.provision import NotProvisioned
from simulator.live.scenario import Scenario, Step, load
from simulator.live.stage import Stage
from simulator.storm import story
from simulator.storm.checkers.evidence import Violation
from simulator.storm.play import play
from simulator.storm.story import Story

MAX_TEXT = 120  # of what is told of one happening
SHOWN = 40  # happenings in a diff; the newest count
COLOURS = {
    "step": "36", "alarm": "31;1", "task": "33;1", "page": "35", "feel": "33", "process": "34",
    "board": "32", "screen": "32", "link": "2", "boot": "2", "log": "2",
}  # fmt: skip
QUIET_LOG = frozenset({"alarm_raised", "alarm_pressed", "acknowledge", "resolve"})  # told as alarm


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says for all files."""

    speed: int = 0  # 0: the file's own
    as_json: bool = False
    count: int | None = None
    seed: int = 0
    quiet: bool = False


class Printer:
    """One line per happening, in colour when a person reads it."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.as_json = options.as_json
        self._colours = sys.stdout.isatty()
        self._lock = threading.Lock()

    def happening(self, item: Happening) -> None:
        if self.as_json:
            self.json(
                event="happening", at_s=round(item.at_s, 3), rule_ms=item.rule_ms,
                source=item.source, who=item.who, what=item.what, text=item.text,
            )  # fmt: skip
        elif not self._options.quiet and _is_news(item):
            self.print(self.line(item))

    def print(self, line: str) -> None:
        """In one piece: several threads tell."""
        with self._lock:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def line(self, item: Happening) -> str:
        text = "" if item.text in ("", item.what) else "  " + item.text.partition("\n")[0]
        words = f"{item.at_s:7.2f} s  {_clock(item.rule_ms)}  {item.source:<8}{item.who:<7}"
        return words + self.colour(item.what, COLOURS.get(item.source, "")) + text[:MAX_TEXT]

    def colour(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colours and code else text

    def say(self, text: str) -> None:
        if self.as_json:
            self.json(event="note", text=text)
        else:
            self.print(f"{'':24}{self.colour('· ' + text, '2')}")

    def json(self, **values: object) -> None:
        self.print(json.dumps(values))


def _is_news(item: Happening) -> bool:
    return item.source != "flash" and not (item.source == "log" and item.what in QUIET_LOG)


def _clock(rule_ms: int) -> str:
    """The hub's time of day, UTC."""
    return time.strftime("%H:%M:%S", time.gmtime(rule_ms / 1000)) if rule_ms else "--:--:--"


def run(files: Sequence[Path], options: Options) -> int:
    """How many failed."""
    printer = Printer(options)
    scenarios, faulty = _load_all(files, printer)
    failed = faulty
    for scenario in scenarios:
        if isinstance(scenario, Story):
            passed = run_story(scenario, printer)
        else:
            passed = run_one(scenario, options, printer)
        failed += 0 if passed else 1
    if options.as_json:
        printer.json(event="end", passed=len(files) - failed, failed=failed)
    else:
        word = printer.colour("all passed", "32") if not failed else f"{failed} FAILED"
        count = "1 scenario" if len(files) == 1 else f"{len(files)} scenarios"
        print(f"\n{count}: {word}", flush=True)
    return failed


def _load_all(files: Sequence[Path], printer: Printer) -> tuple[list[Scenario | Story], int]:
    """Every file is read before the first one runs: a misspelt one is told at once."""
    found: list[Scenario | Story] = []
    faulty = 0
    for path in files:
        try:
            source = read(path)
            is_story = story.is_story(source)
            found.append(story.understood(source) if is_story else load(path))
        except Faults as faults:
            faulty += 1
            printer.say(f"{path} cannot be played:\n{faults}")
    return found, faulty


def run_one(scenario: Scenario, options: Options, printer: Printer) -> bool:
    speed = options.speed or scenario.speed
    _head(scenario, speed, printer)
    began_s = time.monotonic()
    try:
        with Stage(
            scenario.world, scenario.wearers, speed, printer.happening, scenario.beat_s,
            policy=scenario.policy, begins=scenario.begins, tls=scenario.tls,
            two_brokers=scenario.brokers == 2, sleep=scenario.sleep,
            valid_ms=scenario.valid_ms,
        ) as stage:  # fmt: skip
            performance = Performance(scenario, stage, printer.say)
            _guarded(lambda: performance.play(options.count, options.seed), stage)
    except Failed as failed:
        _tell_failure(scenario, failed, printer)
        return False
    except (ChildFailed, NotProvisioned) as exc:
        _tell_failure(scenario, Failed(None, str(exc), []), printer)
        return False
    took_s = time.monotonic() - began_s
    if options.as_json:
        printer.json(event="passed", file=scenario.file, took_s=round(took_s, 2))
    else:
        print(f"{printer.colour('passed', '32')}  {scenario.name}  ({took_s:.1f} s)", flush=True)
    return True


def run_story(found: Story, printer: Printer) -> bool:
    """A seed of the storm's, in virtual time: it passes when every checker is content."""
    if printer.as_json:
        printer.json(event="scenario", file=found.file, title=found.title, speed=0)
    else:
        print(f"\n{printer.colour(found.name, '1')}: {found.title}  in virtual time", flush=True)
    try:
        result = play(found.plan)
    except Exception as exc:  # noqa: BLE001  # a story may be that of a crash: told, the next plays
        violations = [Violation(story.CRASH, 0, "", repr(exc))]
        took_s = 0.0
    else:
        violations, took_s = list(result.violations), result.core_s
    if printer.as_json:
        event = "failed" if violations else "passed"
        told = [asdict(each) for each in violations]
        printer.json(event=event, file=found.file, took_s=round(took_s, 2), violations=told)
        return not violations
    for each in violations:
        word = "again" if each.checker == found.breaks else "besides"
        print(f"{printer.colour('FAILED', '31;1')}  {word}: {each.checker}: {each.said}")
    if not violations:
        print(f"{printer.colour('passed', '32')}  {found.name}  ({took_s:.1f} s)", flush=True)
    return not violations


def _guarded(perform: Callable[[], None], stage: Stage) -> None:
    """A failure also shows what the processes said last."""
    try:
        perform()
    except Failed as failed:
        if not stage.hub.child.alive:
            words = stage.hub.child.last_words()
            why = f"{failed.why}\nthe hub is not running; it said last:\n{words}"
            raise Failed(failed.step, why, failed.came) from failed
        raise


def _head(scenario: Scenario, speed: int, printer: Printer) -> None:
    if printer.as_json:
        printer.json(event="scenario", file=scenario.file, title=scenario.title, speed=speed)
        return
    clauses = f"  [{', '.join(scenario.clause)}]" if scenario.clause else ""
    print(
        f"\n{printer.colour(scenario.name, '1')}: {scenario.title}{clauses}  ×{speed}", flush=True
    )


def _tell_failure(scenario: Scenario, failed: Failed, printer: Printer) -> None:
    step = failed.step
    where = f"{scenario.file}:{step.line}" if step is not None else scenario.file
    wanted = describe(step) if step is not None else "nothing more"
    if printer.as_json:
        printer.json(
            event="failed", file=scenario.file, line=step.line if step else 0, wanted=wanted,
            why=failed.why, came=[item.line() for item in failed.came],
        )  # fmt: skip
        return
    print(f"{printer.colour('FAILED', '31;1')}  {where}")
    print(f"  - wanted: {wanted}")
    print(f"  + {failed.why}")
    came = [item for item in failed.came if _is_news(item)]
    if len(came) > SHOWN:
        print(f"  + {len(came) - SHOWN} earlier ones are not shown")
    for item in came[-SHOWN:]:
        print(f"  {' ' if item.taken else '+'} {printer.line(item)}", flush=True)


def describe(step: Step) -> str:
    """A step in one line, as the file says it."""
    parts = [step.kind, step.what]
    parts += [f"by {step.by}"] if step.by else []
    parts += [f"of {step.who}"] if step.who else []
    parts += [repr(step.name)] if step.name else []
    parts += [f"saying {step.text!r}"] if step.text else []
    parts += [f"at {step.at}"] if step.at and step.kind != "until" else []
    parts += [f"refused with {step.refused!r}"] if step.refused else []
    return " ".join(parts)
