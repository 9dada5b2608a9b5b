"""Drills: labelled on pages only, never on presses; an unclear flag reads real (SU-drill)."""

from dataclasses import replace

import pytest

from hub.rules import alarm as rules
from hub.rules import dangers, drills, form
from hub.rules.effects import Decision, RaiseAlarm
from hub.rules.kinds import DRILLS
from hub.rules.model import Alarm, Event, Ladder, Press, Step, Value
from tests.shipped import policy_of

NOW = 1_790_000_000_000
LADDER = Ladder("drill", (Step(("manager",), 300_000),), 120_000, 600_000)
SUTTON = policy_of("sutton-cypl")


def started(drill: str, person: str = "kim", **more: Value) -> Decision:
    data: dict[str, Value] = {"drill": drill, "person": person, **more}
    return dangers.off_visit(SUTTON, Event("start_drill", NOW, by="max", data=data), NOW)


def effect(drill: str, person: str = "kim") -> RaiseAlarm:
    (found,) = started(drill, person).effects
    assert isinstance(found, RaiseAlarm)
    return found


def alarm_of(found: RaiseAlarm) -> Alarm:
    alarm = rules.raised(found, "a1", LADDER, None, NOW).alarm
    assert alarm is not None
    return alarm


def told(alarm: Alarm, kind: str, at_ms: int, **more: Value) -> Decision:
    return rules.decide(alarm, Event(kind, at_ms, by="max", data=more), at_ms)


@pytest.mark.clause("SU-drill")
@pytest.mark.parametrize("drill", DRILLS)
def test_each_drill_says_that_it_is_one_and_whom_it_asks(drill: str) -> None:
    found = effect(drill)
    assert found.drill is True
    assert found.why.startswith("DRILL")
    assert found.clause == ("SU-drill",)
    alarm = alarm_of(found)
    assert drills.is_drill(alarm)
    assert (alarm.silent, alarm.presses) == (False, ())
    assert alarm.interested == (("kim",) if drill in drills.ABOUT_SOMEBODY else ())
    about = "kim" if drill in drills.ABOUT_SOMEBODY else "duty"
    assert alarm.source == f"drill:{drill}:{about}"


def test_a_late_call_back_is_asked_of_those_who_answer_for_one() -> None:
    assert effect("late-call-back").ladder == SUTTON.timer["finish"].ladder == "buddy"
    assert effect("call").ladder == effect("page", "").ladder == "drill"
    none = replace(SUTTON, timers=())
    event = Event("start_drill", NOW, data={"drill": "late-call-back", "person": "kim"})
    (found,) = dangers.off_visit(none, event, NOW).effects
    assert isinstance(found, RaiseAlarm)
    assert found.ladder == "drill"


def test_what_is_no_drill_is_refused_with_what_is() -> None:
    assert "late-call-back" in started("fire").refused
    assert "Say who is called" in started("call", "").refused
    assert "Say who is called" in started("late-call-back", "").refused


@pytest.mark.clause("SU-drill")
@pytest.mark.parametrize("flag", [1, "yes", "true", 0, None, [], "True"])
def test_an_unclear_flag_reads_real(flag: object) -> None:
    unclear = replace(effect("call"), drill=flag)  # type: ignore[arg-type]  # that is the point
    alarm = alarm_of(unclear)
    assert (alarm.kind, alarm.drill, drills.is_drill(alarm)) == ("sos", False, False)
    stored = {**form.dump(alarm_of(effect("call"))), "drill": flag}
    assert not drills.is_drill(form.load_alarm(stored))
    assert form.load_effect({**form.dump_effect(effect("call")), "drill": flag}) == replace(
        effect("call"), drill=False
    )


@pytest.mark.clause("SU-drill")
def test_a_press_is_never_a_drill() -> None:
    press = Press("00000000000000ab.1", NOW, NOW)
    for kind in ("sos", "duress", "drill"):
        pressed = RaiseAlarm(
            kind, NOW, "drill", "s", "SOS", "kim", "p-kim", press=press, drill=True
        )
        alarm = alarm_of(pressed)
        assert alarm.drill is False
        assert not drills.is_drill(alarm)
        assert alarm.kind == ("sos" if kind == "drill" else kind)
    drill = alarm_of(effect("call"))
    assert not drills.is_drill(replace(drill, presses=(press,)))


@pytest.mark.clause("SU-drill")
def test_how_long_the_answer_took_is_told_at_its_end() -> None:
    page = alarm_of(effect("page", ""))
    taken = told(page, "acknowledge", NOW + 42_000).alarm
    assert taken is not None
    assert drills.answered_ms(taken) == NOW + 42_000
    ended = told(taken, "resolve", NOW + 60_000, outcome="answered")
    assert ended.reason == "resolved: answered, answered after 42 s"
    call = alarm_of(effect("call"))
    owned = told(call, "acknowledge", NOW + 5_000).alarm
    assert owned is not None
    assert drills.answered_ms(owned) == 0, "she has not been reached yet"
    tried = told(owned, "record_contact", NOW + 8_000, means="work-mobile", reached=False).alarm
    assert tried is not None
    spoken = told(tried, "record_contact", NOW + 90_000, means="own-mobile", reached=True).alarm
    assert spoken is not None
    assert drills.waited(spoken, NOW + 100_000) == ", answered after 90 s"
    nobody = told(tried, "resolve", NOW + 300_000, outcome="not reached")
    assert nobody.reason == "resolved: not reached, not answered in 300 s"


def test_a_real_alarm_says_nothing_of_drills() -> None:
    alarm = alarm_of(RaiseAlarm("sos", NOW, "drill", "s", "SOS", "kim"))
    assert drills.waited(alarm, NOW + 1) == ""
