"""Plays the steps of a scenario on a stage: acts, waits, has what is expected judged.

The rule it keeps: acts happen in the order of the file, by the same ways as in the field; a kill
of a repeated round may fall anywhere between them.
"""

import random
import threading
from collections.abc import Callable, Mapping

from hub.rules.model import Value
from simulator.live.child import ChildFailed
from simulator.live.faults import Faults
from simulator.live.feed import Happening
from simulator.live.judge import Failed, Judge, Mark, screen_of
from simulator.live.operator import OperatorFailed
from simulator.live.scenario import SHOWN, START, Repeat, Scenario, Step
from simulator.live.span import day_text, is_day, is_moment, moment
from simulator.live.stage import Stage

CLOCK_S = 60.0  # how long rule time may stand still before that is the failure


class Performance:
    """One scenario on one stage."""

    def __init__(self, scenario: Scenario, stage: Stage, say: Callable[[str], None]) -> None:
        self._scenario = scenario
        self._stage = stage
        self._feed = stage.feed
        self._say = say
        self._faults = Faults(stage)
        self._marks: dict[str, Mark] = {}
        self._judge = Judge(scenario, stage, self._marks)
        self._last_act = Mark(0, 0)
        self._now_ms = 0  # of the act that is being done: its label and its moments are one
        self._threads: list[threading.Thread] = []
        self._in_round: Callable[[], None] | None = None

    def play(self, count: int | None = None, seed: int = 0) -> None:
        """Raises Failed. `count` overrules the rounds that the file asks for."""
        try:
            self._stage.log_in(sorted(self._people()))
        except OperatorFailed as exc:
            raise Failed(None, str(exc), self._feed.all()) from exc
        self._last_act = self._marks[START] = Mark(self._judge.now_ms(), 0)
        for step in self._scenario.steps:
            self._step(step)
        if self._scenario.repeat is not None:
            self._rounds(self._scenario.repeat.count if count is None else count, seed)
        self._join()
        self._judge.strict()

    def _people(self) -> set[str]:
        """Everybody who acts or looks at the board in this scenario."""
        steps = self._scenario.steps
        if self._scenario.repeat is not None:
            steps += self._scenario.repeat.steps
        people = {step.by for step in steps if step.by}
        looks = [step for step in steps if step.what in SHOWN]
        return people | {screen_of(step, self._scenario) for step in looks}

    # Rounds, each with a kill in it.

    def _rounds(self, count: int, seed: int) -> None:
        repeat = self._scenario.repeat
        assert repeat is not None  # the caller looked
        for number in range(1, count + 1):
            at_ms = _instant_ms(repeat, number, seed)
            self._say(f"round {number} of {count}: {repeat.kill} killed after {at_ms} ms")
            killed = threading.Timer(at_ms / 1000, lambda: self._faults.do(f"{repeat.kill} kill"))
            killed.start()

            def revive(killed: threading.Timer = killed) -> None:
                killed.join()
                self._faults.do(f"{repeat.kill} start")

            self._in_round = revive
            try:
                for step in repeat.steps:
                    self._step(step)
            except Failed as failed:
                why = f"round {number} of seed {seed}, killed after {at_ms} ms: {failed.why}"
                raise Failed(failed.step, why, failed.came) from failed
            finally:
                killed.cancel()
                killed.join()

    def _step(self, step: Step) -> None:
        if not step.is_act and self._in_round is not None:
            revive, self._in_round = self._in_round, None
            revive()
        if step.say:
            self._say(step.say)
        try:
            self._play_step(step)
        except (ChildFailed, OperatorFailed, KeyError, OSError) as exc:
            raise Failed(step, f"could not be done: {exc}", self._since()) from exc

    def _play_step(self, step: Step) -> None:
        if not step.is_act and step.kind != "until":
            found = self._judge.judge(step, self._last_act.index)
            if found is not None:
                self._label(step, found)
            return
        if step.at is not None:
            self._until(step)
        if step.kind == "until":
            self._label(step, Mark(self._judge.now_ms(), len(self._feed)))
            return
        mark = Mark(self._judge.now_ms(), len(self._feed))
        self._now_ms = mark.rule_ms
        made = self._act(step)
        self._last_act = Mark(mark.rule_ms, mark.index, made)
        self._label(step, self._last_act)

    def _label(self, step: Step, mark: Mark) -> None:
        if step.label:
            self._marks[step.label] = mark

    # Acts.

    def _act(self, step: Step) -> str:
        if step.kind == "press":
            self._feed.add("step", step.what, step.who, "presses")
            press = self._stage.pendant(step.who).press
            if step.overlapping:
                thread = threading.Thread(target=press, args=(step.what,), daemon=True)
                thread.start()
                self._threads.append(thread)
            else:
                press(step.what)
            return ""
        if step.kind == "fault":
            self._feed.add("step", step.what, step.who, "fault")
            self._faults.do(step.what, step.who, step.values)
            return ""
        return self._command(step)

    def _command(self, step: Step) -> str:
        values = {key: self._value(step, key, value) for key, value in step.values.items()}
        self._feed.add("step", step.what, step.by, _spoken(step.values))
        done = self._stage.operator(step.by).do(step.what, values)
        if step.refused:
            said = " ".join((done.reason, *done.clause))
            if done.ok or step.refused.casefold() not in said.casefold():
                got = "it was done" if done.ok else f"the hub said: {said}"
                raise Failed(step, f"wanted a refusal with {step.refused!r}; {got}", self._since())
            self._feed.add("step", "refused", step.by, said)
        elif not done.ok:
            raise Failed(step, f"refused by the hub: {done.reason}", self._since())
        return done.id

    def _value(self, step: Step, key: str, value: Value) -> Value:
        """Labels become ids, moments become times."""
        if not isinstance(value, str):
            return value
        if key in ("visit", "record"):
            if value not in self._marks:
                raise KeyError(f"no step has the label {value!r}")
            return self._marks[value].id
        if key == "alarm":
            return self._alarm(step, value)
        if is_day(value):
            return day_text(value, self._stage.hub.zone, self._now_ms)
        if key.endswith("_ms") and is_moment(value):
            found = moment(value)
            base_ms = self._now_ms if found.label == "now" else self._marks[found.label].rule_ms
            return base_ms + found.after_ms
        return value

    def _alarm(self, step: Step, kind: str) -> str:
        """The newest open alarm of this kind, as the person's own screen lists it."""
        found = self._stage.operator(step.by).get("/alarms")
        assert isinstance(found, list)  # the API's own shape
        fits = [
            each for each in found
            if each["kind"] == kind and step.who in ("", each.get("worker", ""))
        ]  # fmt: skip
        if not fits:
            open_now = ", ".join(each["kind"] for each in found) or "none"
            raise Failed(step, f"{step.by} sees no open {kind}; open: {open_now}", self._since())
        return str(max(fits, key=lambda each: int(each["raised_ms"]))["id"])

    # Time.

    def _until(self, step: Step) -> None:
        """Wait for a moment of rule time. A clock that stands is a failure of its own."""
        target_ms = self._judge.moment_ms(step)
        limit_s = (
            self._feed.now_s()
            + CLOCK_S
            + max(0, target_ms - self._judge.now_ms()) / 1000 / self._stage.speed
        )
        self._feed.await_one(
            lambda item: False,
            lambda: self._judge.now_ms() < target_ms and self._feed.now_s() < limit_s,
            len(self._feed),
        )
        if self._judge.now_ms() < target_ms:
            raise Failed(step, f"rule time did not reach {step.at}", self._since())

    def _since(self) -> list[Happening]:
        return self._feed.all(self._last_act.index)

    def _join(self) -> None:
        for thread in self._threads:
            thread.join()
        self._threads.clear()


def _instant_ms(repeat: Repeat, number: int, seed: int) -> int:
    """When the kill of this round falls: the same for the same seed."""
    chance = random.Random(f"{seed}:{number}")
    low_ms, high_ms = repeat.focus_ms if number % 2 == 0 else (0, repeat.within_ms)
    return chance.randint(low_ms, high_ms)


def _spoken(values: Mapping[str, Value]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())
