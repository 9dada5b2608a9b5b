"""An exploration sees what it says, stays in its bounds, and finds what is planted in the rules."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from hub.cli import main
from hub.policy import moves
from hub.policy.climbing import climbed, kinds_and_ladders
from hub.policy.explore import Search, explored
from hub.policy.load import SHIPPED, load, shipped
from hub.policy.model import Policy
from hub.policy.seen import Bounds
from hub.policy.states import Same
from hub.policy.verdict import Verdict, judged
from hub.rules import claims, ladder, steering, visit
from hub.rules.changes import changed
from hub.rules.effects import Decision
from hub.rules.kinds import ENTRY_KINDS
from hub.rules.model import Alarm, Event, Part, Visit
from tests.hub.rules.test_planted import PLANTS, Plant

FILES = sorted(SHIPPED.glob("*.toml"))
SHORT = Bounds(acts=1, silences=1)
PLAIN = load(shipped("plain"))


@cache
def in_the_short(path: Path) -> Verdict:
    return judged(path, bounds=SHORT)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_policy_is_sound_in_the_short(path: Path) -> None:
    verdict = in_the_short(path)
    assert not verdict.findings, "\n".join(str(each.fault) for each in verdict.findings)
    assert verdict.seen is not None
    assert verdict.seen.states > 3_000
    assert verdict.alarm_states > 500


@pytest.mark.soak
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_policy_is_sound_in_full(path: Path) -> None:
    verdict = judged(path, bounds=Bounds(acts=3, silences=1))
    assert not verdict.findings, "\n".join(str(each.fault) for each in verdict.findings)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_worst_silence_is_told_for_every_level_kind_and_phase(path: Path) -> None:
    policy, seen = load(path), in_the_short(path).seen
    assert seen is not None
    told = {(each.level, each.kind) for each in seen.silences}
    assert {kind for _, kind in told} == set(ENTRY_KINDS)
    assert {level for level, _ in told} == set(policy.level)
    phases = {each.phase for each in seen.silences if each.kind == "visit"}
    assert phases >= {"planned", "on-the-way", "at-door", "inside", "leaving", "broken-off"}
    for each in seen.silences:
        assert 0 <= each.ms <= 2 * 3_600_000
        assert each.again_ms >= each.ms
        assert each.history[0].startswith("-30 min: planned: a")


def test_the_usual_course_asks_when_the_file_says() -> None:
    """Derived by hand from the file: from stages alone, without any act besides."""
    seen = explored(PLAIN, Bounds(acts=0, silences=0))
    at_door = {each.phase: each for each in seen.silences if each.kind == "visit"}
    assert at_door["at-door"].ms == 0
    assert (at_door["planned"].ms, at_door["planned"].after) == (15 * 60_000, "awaited")
    assert (at_door["inside"].ms, at_door["inside"].after) == (0, "finish")


def test_more_acts_see_more_and_no_state_is_counted_twice() -> None:
    few, more = (explored(PLAIN, Bounds(acts, 0)) for acts in (0, 1))
    assert 0 < few.states < more.states
    assert explored(PLAIN, Bounds(1, 0)).states == more.states


def test_a_start_an_hour_later_is_no_new_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Normalised: shifted in time, everything is the same state, and none is new."""
    search = Search(PLAIN, Bounds(1, 1))
    here = search.run().states
    later = moves.START_MS + 3_600_000, moves.ENTERED_MS + 3_600_000
    for module in ("moves", "explore"):
        monkeypatch.setattr(f"hub.policy.{module}.START_MS", later[0])
        monkeypatch.setattr(f"hub.policy.{module}.ENTERED_MS", later[1])
    assert search.run().states == here


def test_an_end_that_is_agreed_later_is_another_state() -> None:
    """What still lies ahead is told exactly: only the past is forgotten."""
    same, starts = Same(PLAIN), [each for each in moves.starts(PLAIN) if each.main]
    first = starts[0].visit
    (part,) = first.parts
    later = replace(part, anchors={**part.anchors, "finish": moves.START_MS + 1})
    now_ms, other = moves.ENTERED_MS, replace(first, parts=(later,))
    assert same.key(first, now_ms, frozenset()) != same.key(other, now_ms, frozenset())
    assert same.key(first, now_ms, frozenset()) != same.key(first, now_ms + 1, frozenset())


def it_leaps_back_to_the_first_rung(patch: pytest.MonkeyPatch) -> None:
    real = ladder.due

    def due(a: Alarm, event: Event, now_ms: int) -> Decision:
        done = real(a, event, now_ms)
        return replace(done, alarm=replace(done.alarm or a, step=0))

    patch.setattr(ladder, "due", due)


def the_ladder_ends(patch: pytest.MonkeyPatch) -> None:
    real = ladder.due

    def due(a: Alarm, event: Event, now_ms: int) -> Decision:
        done = real(a, event, now_ms)
        over = done.alarm is not None and done.alarm.round > 0
        return replace(done, alarm=replace(done.alarm or a, next_ms=0)) if over else done

    patch.setattr(ladder, "due", due)


def she_agrees_her_own_end(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(visit.OF_PART, "extend", (steering.extend, False))


def a_press_is_taken_for_speech(patch: pytest.MonkeyPatch) -> None:
    def ok(terms: Policy, v: Visit, part: Part, event: Event) -> Decision:
        heard = replace(part, anchors={**part.anchors, "contact": event.at_ms + 7_200_000})
        return changed(v, part, heard, "well")

    patch.setitem(claims.HANDLERS, "ok", ok)


def a_rule_stumbles(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(claims.HANDLERS, "no_answer", lambda *args: args[9])


OF_LADDERS: tuple[Plant, ...] = (it_leaps_back_to_the_first_rung, the_ladder_ends)
OF_VISITS: tuple[Plant, ...] = (
    she_agrees_her_own_end,
    a_press_is_taken_for_speech,
    a_rule_stumbles,
)


@pytest.mark.parametrize(
    "plant", (*PLANTS, *OF_LADDERS, *OF_VISITS), ids=lambda plant: plant.__name__
)
def test_the_exploration_finds_what_is_planted_in_the_rules(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    found = explored(PLAIN, SHORT).broken.values()
    _, of_alarms = climbed(PLAIN)
    assert plant in OF_LADDERS or found or of_alarms
    assert plant not in OF_LADDERS or of_alarms
    assert all(history for _, history in [*found, *of_alarms])


def test_every_ladder_is_climbed_for_every_kind_that_climbs_it() -> None:
    pairs = kinds_and_ladders(PLAIN)
    assert {ladder for _, ladder in pairs} == set(PLAIN.ladder)
    assert {"sos", "duress", "unattended", "drill"} <= {kind for kind, _ in pairs}
    states, broken = climbed(PLAIN)
    assert not broken
    assert states > 20 * len(pairs)


@pytest.fixture
def checked(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., tuple[int, str]]]:
    def run(*args: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["policy", "check", *args])
        return int(ended.value.code or 0), capsys.readouterr().out

    yield run


def test_the_command_tells_states_and_waits(checked: Callable[..., tuple[int, str]]) -> None:
    code, told = checked("plain", "--acts", "1")
    assert code == 0
    assert told.startswith("plain: sound (plain@")
    assert "states of visits in" in told
    assert re.search(r"planned +15 min after the planned start +no-arrival", told)


def test_the_command_in_json(checked: Callable[..., tuple[int, str]]) -> None:
    code, out = checked("plain", "--json", "--acts", "1")
    told = json.loads(out)
    assert (code, told["ok"], told["faults"]) == (0, True, [])
    (file,) = told["files"]
    assert file["states"] > 1_000
    assert {each["phase"] for each in file["silence"]} >= {"planned", "inside", "to-base"}
