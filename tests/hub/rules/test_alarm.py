"""An alarm by itself: ladder, hand-outs, leases, presses, and who may end it."""

from dataclasses import replace

import pytest

from hub.rules import alarm as rules
from hub.rules.effects import Page, RaiseAlarm, ResolveAlarms
from hub.rules.model import Alarm, Event, Ladder, Press, Step

NOW = 1_790_000_000_000
MIN = 60_000
LADDER = Ladder(
    "sos",
    (Step(("tracker",), 1 * MIN), Step(("office",), 2 * MIN), Step(("director",), 3 * MIN)),
    2 * MIN,
    5 * MIN,
)


def press(number: int, received_ms: int = NOW) -> Press:
    return Press(f"00000000000000ab.{number}", received_ms - 1_000, received_ms)


def sos(number: int = 1, received_ms: int = NOW, kind: str = "sos") -> RaiseAlarm:
    return RaiseAlarm(kind, received_ms - 1_000, "sos", f"{kind}:p-kim", "SOS", "kim", "p-kim",
                      press=press(number, received_ms))  # fmt: skip


def new(kind: str = "sos", ladder: Ladder = LADDER) -> Alarm:
    decision = rules.raised(sos(kind=kind), "a1", ladder, None, NOW)
    assert decision.alarm is not None
    return decision.alarm


def told(alarm: Alarm, kind: str, now_ms: int, by: str = "", **more: str | int | bool) -> Alarm:
    decision = rules.decide(alarm, Event(kind, now_ms, by=by, data=more), now_ms)
    assert decision.alarm is not None
    assert not decision.refused, decision.refused
    return decision.alarm


def refused(alarm: Alarm, kind: str, now_ms: int, by: str, **more: str | int | bool) -> str:
    decision = rules.decide(alarm, Event(kind, now_ms, by=by, data=more), now_ms)
    assert decision.alarm == alarm
    assert decision.refused
    return decision.refused


def test_a_new_alarm_pages_its_first_rung() -> None:
    decision = rules.raised(sos(), "a1", LADDER, None, NOW)
    assert decision.effects == (Page(("tracker",), "sos", "SOS", "a1"),)
    assert new().next_ms == NOW + MIN
    assert (new().raised_ms, new().recorded_ms) == (NOW - 1_000, NOW)


def test_the_wait_counts_from_the_first_hand_out() -> None:
    alarm = told(new(), "handed_out", NOW + 40_000)
    assert alarm.next_ms == NOW + 40_000 + MIN
    assert told(alarm, "handed_out", NOW + 50_000).next_ms == alarm.next_ms
    late = rules.decide(new(), Event("handed_out", NOW - 99 * MIN), NOW + 5).alarm
    assert late is not None
    assert late.next_ms == NOW + MIN, "a hand-out cannot be older than its page"


def test_a_hand_out_of_an_earlier_rung_moves_nothing() -> None:
    alarm = told(new(), "due", NOW + MIN)
    assert told(alarm, "handed_out", NOW + MIN + 5, step=0, round=0) == alarm


def test_it_climbs_and_begins_again_and_never_stops() -> None:
    alarm, now_ms = new(), NOW
    roles = []
    for _ in range(7):
        now_ms = alarm.next_ms
        alarm = told(alarm, "due", now_ms)
        roles.append(rules.step_of(alarm).roles[0])
        assert alarm.next_ms == now_ms + rules.step_of(alarm).wait_ms
    assert roles == ["office", "director", "tracker", "office", "director", "tracker", "office"]
    assert alarm.round == 2


def test_one_long_sleep_climbs_one_rung() -> None:
    alarm = told(new(), "due", NOW + 600 * MIN)
    assert (alarm.step, alarm.next_ms) == (1, NOW + 602 * MIN)
    assert told(alarm, "due", NOW + 600 * MIN + 1) == alarm


def test_a_page_that_no_provider_takes_hurries_the_next_rung() -> None:
    alarm = told(new(), "page_failed", NOW + 1_000)
    assert alarm.next_ms == NOW + 1_000 + rules.HURRY_MS
    handed = told(new(), "handed_out", NOW + 1_000)
    assert told(handed, "page_failed", NOW + 2_000) == handed, "somebody has got it"
    again = replace(new(), round=1)
    assert told(again, "page_failed", NOW) == again, "an outage that lasts is no flood"


def test_an_empty_ladder_is_never_silent() -> None:
    alarm = new(ladder=Ladder("none", (), MIN, MIN))
    for _ in range(3):
        alarm = told(alarm, "due", alarm.next_ms)
        assert alarm.next_ms > alarm.paged_ms


def test_a_lease_ends_and_pages_the_next_rung() -> None:
    owned = told(new(), "acknowledge", NOW, "tess")
    assert (owned.state, owned.owner, owned.next_ms) == ("owned", "tess", NOW + 2 * MIN)
    after = told(owned, "due", NOW + 2 * MIN)
    assert (after.state, after.owner, after.step) == ("open", "", 1)


def test_only_an_attempt_renews_a_lease() -> None:
    owned = told(new(), "acknowledge", NOW, "tess")
    assert "Record an attempt" in refused(owned, "acknowledge", NOW + MIN, "tess")
    other = told(owned, "acknowledge", NOW + MIN, "max")
    assert (other.owner, other.next_ms) == ("max", NOW + 2 * MIN), "handing it on is no renewal"
    tried = told(other, "record_contact", NOW + MIN, "max", means="work-mobile", reached=False)
    assert told(tried, "acknowledge", NOW + MIN, "max").next_ms == NOW + 6 * MIN


def test_a_lease_without_an_attempt_is_never_longer_than_the_first() -> None:
    alarm = new()
    for _ in range(4):
        alarm = told(alarm, "acknowledge", alarm.paged_ms, "tess")
        assert alarm.next_ms == alarm.leased_ms + LADDER.first_lease_ms
        alarm = told(alarm, "due", alarm.next_ms)


@pytest.mark.parametrize("kind", ["acknowledge", "record_contact", "resolve"])
@pytest.mark.parametrize("by", ["kim", ""])
def test_nobody_does_it_for_herself(kind: str, by: str) -> None:
    assert refused(new(), kind, NOW, by, outcome="safe", spoke=True, reached=True)


def test_speech_ends_an_sos_and_a_click_does_not() -> None:
    assert "Only speech" in refused(new(), "resolve", NOW, "tess", outcome="safe")
    assert "Say how" in refused(new(), "resolve", NOW, "tess", spoke=True)
    ended = told(new(), "resolve", NOW, "tess", outcome="safe", spoke=True, note="phoned")
    assert (ended.state, ended.next_ms, ended.resolved_by) == ("resolved", 0, "tess")
    assert "resolved already" in refused(ended, "acknowledge", NOW, "max")


def test_reaching_her_does_not_end_an_sos() -> None:
    reached = told(new(), "record_contact", NOW, "tess", means="work-mobile", reached=True)
    assert reached.state == "open"
    assert refused(new(), "record_contact", NOW, "tess", means="answerphone", reached=True)
    effect = ResolveAlarms(("sos:p-kim",), "tess", "spoken with her")
    assert rules.answered(new(), effect, NOW).alarm == new()


def test_a_recorded_contact_ends_a_procedure_alarm_but_not_her_own() -> None:
    effect = ResolveAlarms(("x",), "tess", "spoken with her")
    alarm = replace(new("call_back_due"), presses=())
    ended = rules.answered(alarm, effect, NOW).alarm
    assert ended is not None
    assert ended.state == "resolved"
    assert rules.answered(alarm, replace(effect, by="kim"), NOW).alarm == alarm


def test_the_hubs_own_trouble_needs_no_speech() -> None:
    alarm = replace(new("clock_jumped"), worker="", interested=())
    assert told(alarm, "resolve", NOW, "max", outcome="clock set").state == "resolved"


def test_a_further_press_is_news() -> None:
    owned = told(told(new(), "due", NOW + MIN), "acknowledge", NOW + MIN, "tess")
    decision = rules.pressed(owned, sos(2, NOW + 90_000), NOW + 90_000)
    assert decision.alarm is not None
    assert (decision.alarm.state, decision.alarm.step, len(decision.alarm.presses)) == (
        "open",
        0,
        2,
    )
    assert decision.effects


def test_who_keeps_pressing_does_not_hold_the_ladder_down() -> None:
    alarm = new()
    for second in range(0, 60, 5):
        pressed = rules.pressed(alarm, sos(2 + second, NOW + second * 1_000), NOW + second * 1_000)
        assert pressed.alarm is not None
        assert pressed.effects
        alarm = pressed.alarm
    assert alarm.next_ms == NOW + MIN


def test_the_same_press_again_is_no_news() -> None:
    assert rules.pressed(new(), sos(1), NOW + 5).effects == ()


def test_a_press_after_the_resolution_was_given_stays_open() -> None:
    pressed = rules.pressed(new(), sos(2, NOW + 2_000), NOW + 2_000).alarm
    assert pressed is not None
    event = Event("resolve", NOW + 1_000, "tess", data={"outcome": "safe", "spoke": True})
    decision = rules.decide(pressed, event, NOW + 3_000)
    assert "pressed again" in decision.refused
    old = Event("resolve", NOW - 9_000, "tess", data={"outcome": "safe", "spoke": True})
    assert "older than the alarm" in rules.decide(new(), old, NOW).refused


def test_a_timers_repeat_adds_and_pages_nobody_again() -> None:
    effect = RaiseAlarm("call_back_due", NOW, "sos", "v1:kim:carry-on", "due", "kim")
    alarm = rules.raised(effect, "a1", LADDER, None, NOW).alarm
    assert alarm is not None
    owned = told(alarm, "acknowledge", NOW, "tess")
    again = rules.pressed(owned, effect, NOW + 5)
    assert again.effects == ()
    assert again.alarm is not None
    assert (again.alarm.state, again.alarm.owner) == ("owned", "tess")


@pytest.mark.parametrize(("kind", "news"), [("coded_danger", True), ("nobody_on_duty", False)])
def test_danger_told_again_is_news_and_the_hubs_own_trouble_is_not(kind: str, news: bool) -> None:
    effect = replace(sos(kind=kind), press=None)
    owned = told(new(kind), "acknowledge", NOW, "tess")
    again = rules.pressed(owned, effect, NOW + 5)
    assert again.alarm is not None
    assert (again.alarm.state == "open", bool(again.effects)) == (news, news)


def test_an_unverified_source_grows_and_does_not_flood() -> None:
    alarm = replace(new("unverified_sos"), verified=False)
    pages = 0
    for second in range(120):
        now_ms = NOW + second * 1_000
        decision = rules.pressed(alarm, sos(2 + second, now_ms, "unverified_sos"), now_ms)
        assert decision.alarm is not None
        alarm = decision.alarm
        pages += len(decision.effects)
    assert pages == 1
    assert len(alarm.presses) == rules.MAX_PRESSES
    assert alarm.presses[0] == press(1)


def test_after_a_restart_the_rung_is_paged_again_and_the_wait_begins_anew() -> None:
    decision = rules.decide(new(), Event("hub_restarted", NOW + 50 * MIN), NOW + 50 * MIN)
    assert decision.alarm is not None
    assert (decision.alarm.step, decision.alarm.next_ms) == (0, NOW + 51 * MIN)
    assert len(decision.effects) == 1
    owned = told(new(), "acknowledge", NOW, "tess")
    assert told(owned, "hub_restarted", NOW + MIN) == owned


@pytest.mark.parametrize("kind", ["beat_returned", "touched", "clock_jumped", "ok", "nonsense"])
def test_nothing_else_ends_an_alarm(kind: str) -> None:
    assert told(new(), kind, NOW + 1) == new()
