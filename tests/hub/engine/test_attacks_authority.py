"""Who decides, and what puts a deadline off: attacks by people who mean well or do not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.engine.authority import authority
from tests.hub.house import HOUR_MS, MINUTE_MS, House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    yield House(tmp_path / "hub")


def test_a_duty_that_is_taken_gives_nobody_a_managers_word(house: House) -> None:
    """Bea, a colleague, puts herself on duty as manager: she is paged, and decides nothing."""
    house.must("take_duty", "bea", role="duty-manager", person="bea", on=True)
    visit = house.inside()
    house.sos("p-ada")
    alarm = next(iter(house.engine.state.alarms))
    house.must("acknowledge", "bea", alarm=alarm)
    tasks = {task.id: task.state for task in house.engine.state.alarms[alarm].tasks}
    assert tasks["office-calls-999"] == "open", "a colleague's click spares no call for help"
    refused = house.ask("waive_task", "bea", alarm=alarm, task="office-calls-999", note="no")
    assert not refused.ok
    assert not house.ask("rebase", "bea", visit=visit, note="as I like it").ok
    house.must("acknowledge", "mia", alarm=alarm)
    tasks = {task.id: task.state for task in house.engine.state.alarms[alarm].tasks}
    assert tasks["office-calls-999"] == "spared"


def test_nobody_puts_her_finish_off_again_and_again_without_speaking_with_her(
    house: House,
) -> None:
    visit = house.inside()
    finish_ms = house.visit(visit).parts[0].anchors["finish"]
    house.forward(MINUTE_MS)
    house.must("extend", "tom", visit=visit, end_ms=finish_ms + HOUR_MS)
    house.forward(MINUTE_MS)
    refused = house.ask("extend", "mia", visit=visit, end_ms=finish_ms + 2 * HOUR_MS)
    assert not refused.ok
    assert "speak with her" in refused.reason
    house.must("extend", "tom", visit=visit, end_ms=finish_ms)  # sooner is never refused
    house.forward(10 * MINUTE_MS)
    house.must("extend", "tom", visit=visit, end_ms=finish_ms + HOUR_MS, means="work-mobile")


def test_poor_coverage_by_her_own_word_does_not_end_the_question_about_lost_beats(
    house: House,
) -> None:
    visit = house.inside()
    house.must("set_coverage", "ada", visit=visit, coverage="poor")
    house.forward(4 * MINUTE_MS)
    assert "beat_lost" in {alarm.kind for alarm in house.engine.state.alarms.values()}


def test_poor_coverage_by_another_does(house: House) -> None:
    visit = house.inside()
    house.must("set_coverage", "ada", visit=visit, coverage="poor")
    house.must("set_coverage", "tom", visit=visit, coverage="poor")
    house.forward(4 * MINUTE_MS)
    assert "beat_lost" not in {alarm.kind for alarm in house.engine.state.alarms.values()}


def test_a_duty_that_nobody_has_on_file_counts_by_itself(house: House) -> None:
    state = house.engine.state
    house.must("take_duty", "bea", role="duty-manager", person="bea", on=True)
    assert "duty-manager" not in authority(state, "bea")
    assert "duty-manager" in authority(state, "mia")
    house.must("add_person", "setup", id="mia", roles="office")
    assert "duty-manager" in authority(state, "bea")
    house.must("add_person", "setup", id="bea", active=False)
    assert authority(state, "bea") == frozenset()
