"""People who make mistakes in a hostile world: what they do, and that they come to an end all the
same once it is calm."""

from collections import Counter
from pathlib import Path

import pytest

from simulator.storm.checkers.evidence import Evidence
from simulator.storm.drawing import draw
from simulator.storm.people import inhabit
from simulator.storm.plan import MINUTE_MS, Act, Plan
from simulator.storm.play import evidence_of, quiet
from simulator.storm.rates import CALM, Rates
from simulator.storm.seen import Asked, Befell
from simulator.storm.weathers import WEATHERS
from simulator.storm.world import World
from tests.simulator.storm.test_people_calm import TUESDAY_MS


def lived(plan: Plan, folder: Path) -> Evidence:
    with quiet():
        world = World(plan, folder)
        inhabit(world)
        world.run()
        evidence = evidence_of(world)
        assert evidence.visits is not None, "read while the files are there"
        assert evidence.alarms is not None
    return evidence


def plan_of(*acts: Act, policy: str = "plain", rates: Rates = CALM, seed: int = 5) -> Plan:
    ordered = tuple(sorted(acts, key=lambda act: act.at_ms))
    return Plan(seed, policy, 2, TUESDAY_MS, 100 * MINUTE_MS, rates, ordered, beat_s=30)


VISIT = Act(1 * MINUTE_MS, "visit", "bea", 40 * MINUTE_MS, "visit")


def asked(evidence: Evidence, kind: str) -> list[Asked]:
    return [each for each in evidence.of(Asked) if each.kind == kind and each.ok]


def at_rest(evidence: Evidence) -> bool:
    over = {visit.phase for visit in evidence.visits.values()} <= {"closed", "cancelled"}
    return over and all(alarm.state == "resolved" for alarm in evidence.alarms.values())


@pytest.mark.parametrize("weather", WEATHERS)
def test_after_every_weather_everything_comes_to_its_end(weather: str, folder: Path) -> None:
    evidence = lived(draw(11, weather=weather, workers=2), folder)
    assert evidence.visits
    assert at_rest(evidence), [
        *[(v.id, v.phase) for v in evidence.visits.values()],
        *[(a.kind, a.state) for a in evidence.alarms.values()],
    ]


@pytest.mark.parametrize("gesture", ["sos-hold", "sos-stabs"])
def test_who_is_in_danger_is_helped_and_her_visit_ends(gesture: str, folder: Path) -> None:
    danger = Act(30 * MINUTE_MS, "danger", "bea", 50 * MINUTE_MS, gesture)
    evidence = lived(plan_of(VISIT, danger), folder)
    sos = next(alarm for alarm in evidence.alarms.values() if alarm.kind == "sos")
    assert sos.state == "resolved"
    said = "999 was called, or a manager had it in hand"
    assert sos.tasks and all(task.state in ("done", "spared") for task in sos.tasks), said
    assert any(attempt.means == "in-person" for attempt in sos.attempts)
    assert at_rest(evidence)


@pytest.mark.parametrize("gesture", ["chord", "chord-broken"])
def test_while_it_is_silent_nobody_rings_her(gesture: str, folder: Path) -> None:
    danger = Act(30 * MINUTE_MS, "danger", "bea", 50 * MINUTE_MS, gesture)
    evidence = lived(plan_of(VISIT, danger), folder)
    silent = next(alarm for alarm in evidence.alarms.values() if alarm.silent)
    assert silent.state == "resolved"
    assert {attempt.means for attempt in silent.attempts} == {"direct-line", "in-person"}
    meanwhile = [each for each in evidence.of(Asked)
                 if silent.recorded_ms < each.at_ms < silent.resolved_ms
                 and each.kind == "record_contact"]  # fmt: skip
    assert {each.data["means"] for each in meanwhile} <= {"direct-line", "in-person"}
    assert at_rest(evidence)


def test_her_phrase_is_heard_and_raises_the_silent_alarm(folder: Path) -> None:
    danger = Act(30 * MINUTE_MS, "danger", "bea", 50 * MINUTE_MS, "phrase")
    evidence = lived(plan_of(VISIT, danger, policy="sutton-cypl"), folder)
    assert "coded_danger" in {alarm.kind for alarm in evidence.alarms.values()}
    assert at_rest(evidence)


def test_a_worried_family_is_told_of(folder: Path) -> None:
    rings = Act(30 * MINUTE_MS, "danger", "bea", 0, "family")
    evidence = lived(plan_of(VISIT, rings), folder)
    assert "family_worried" in {alarm.kind for alarm in evidence.alarms.values()}
    assert at_rest(evidence)


def test_whoever_gets_no_answer_is_sent_for(folder: Path) -> None:
    """A pendant without power and no coverage: nobody hears of her until somebody goes there."""
    dead = Act(25 * MINUTE_MS, "power_cut", "bea", 70 * MINUTE_MS, 1)
    hole = Act(25 * MINUTE_MS, "partition", "bea", 70 * MINUTE_MS)
    evidence = lived(plan_of(VISIT, dead, hole), folder)
    tried = [each.data["result"] for each in asked(evidence, "record_contact")]
    assert "unobtainable" in tried
    assert any(each.data["means"] == "in-person" for each in asked(evidence, "record_contact"))
    assert at_rest(evidence)


def test_people_forget_double_slip_and_mistake_one_for_another(folder: Path) -> None:
    worst = Rates(forgets=0.4, answers_twice=0.4, wrong_press=0.4, wrong_page=0.4)
    visits = [Act(n * MINUTE_MS, "visit", who, 30 * MINUTE_MS, "visit")
              for n, who in ((1, "bea"), (3, "bea2"))]  # fmt: skip
    evidence = lived(plan_of(*visits, rates=worst), folder)
    given = Counter((each.kind, repr(each.data)) for each in evidence.of(Asked))
    assert max(given.values()) > 1, "somebody clicked twice"
    assert any(each.ok is False for each in evidence.of(Asked)), "and was refused something"
    made = Counter(each.kind for each in evidence.of(Befell))
    assert {"forgets", "answers_twice", "wrong_press", "wrong_page"} <= set(made)
    assert at_rest(evidence)


def test_all_of_it_is_the_same_again(folder: Path) -> None:
    plan = draw(12, weather="everything", workers=2)
    days = [[repr(sight) for sight in lived(plan, folder / name).seen.all] for name in "ab"]
    assert days[0] == days[1]
    assert any("Went" in line for line in days[0])
