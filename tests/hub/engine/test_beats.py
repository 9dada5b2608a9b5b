"""Signs of life: answers, silence, return, other boots, and what an open press makes known."""

from hub.engine.beats import LOST_MS
from hub.engine.standings import REPEAT_EVERY_MS
from hub.rules.model import Alarm
from protocol.messages import NO_BOOT, Receipt, Standing
from tests.hub.house import HOUR_MS, MINUTE_MS, House


def kinds(house: House) -> list[str]:
    return [alarm.kind for alarm in house.reader.open_alarms()]


def lost(house: House) -> list[Alarm]:
    return [alarm for alarm in house.reader.open_alarms() if alarm.kind == "beat_lost"]


def log_kinds(house: House) -> list[str]:
    return [row.kind for row in house.reader.log_rows(limit=10_000)]


def answers(house: House, name: str = "p-ada") -> list[Standing]:
    handset = house.handsets[name]
    after = house.turn(house.item(handset.message("beat", house.now_ms)))
    return [each for each in handset.heard(after) if isinstance(each, Standing)]


def test_a_beat_is_answered_by_name_and_never_logged(house: House) -> None:
    rows = len(log_kinds(house))
    (standing,) = answers(house)
    handset = house.handsets["p-ada"]
    assert (standing.boot, standing.beat) == (handset.boot, handset.seq)
    assert (standing.phase, standing.hub_ms) == ("off", house.now_ms)
    for _ in range(20):
        house.now_ms += 10_000
        assert len(answers(house)) == 1
    assert len(log_kinds(house)) == rows


def test_versions_grow_for_ever_also_over_a_restart(house: House) -> None:
    versions = []
    for _ in range(5):
        house.now_ms += 1_000
        versions += [standing.version for standing in answers(house)]
    assert versions == sorted(set(versions))


def test_a_pendant_that_beats_like_mad_is_answered_once_a_second(house: House) -> None:
    assert len(answers(house)) == 1
    assert answers(house) == []
    assert len(answers(house, "p-bea")) == 1, "another pendant's answer does not suffer"


def test_silence_on_a_visit_is_asked_about_within_three_minutes(house: House) -> None:
    visit = house.inside()
    house.beat("p-ada", "inside")
    house.forward(LOST_MS - 1)
    assert lost(house) == []
    due_ms = house.engine.next_due_ms()
    assert due_ms is not None
    assert due_ms <= house.now_ms + 1
    after = house.forward(1)
    (alarm,) = lost(house)
    assert alarm.visit == visit
    assert after.pages
    assert LOST_MS < 3 * MINUTE_MS


def test_a_returning_beat_is_recorded_and_ends_no_alarm(house: House) -> None:
    house.inside()
    house.forward(LOST_MS)
    house.beat("p-ada", "inside")
    assert "beat_returned" in log_kinds(house)
    assert len(lost(house)) == 1
    house.forward(LOST_MS)
    assert log_kinds(house).count("beat_lost") == 2, "silent once more: noticed once more"


def test_silence_off_a_visit_is_nobodys_business(house: House) -> None:
    house.beat("p-ada")
    house.forward(HOUR_MS)
    assert kinds(house) == []


def test_poor_coverage_expects_no_beats(house: House) -> None:
    visit = house.inside()
    house.must("set_coverage", "tom", visit=visit, coverage="poor",
               agreed_end_ms=house.now_ms + HOUR_MS)  # fmt: skip
    house.forward(LOST_MS)
    assert lost(house) == []


def test_beats_held_back_on_the_way_are_no_sign_of_life_now(house: House) -> None:
    house.inside()
    handset = house.handsets["p-ada"]
    house.beat("p-ada", "inside")
    held = [house.item(handset.message("beat", house.now_ms + n, "inside")) for n in range(3)]
    house.now_ms += LOST_MS - 1_000
    house.turn(*held)
    house.forward(1_010)
    assert len(lost(house)) == 1


def test_a_replayed_beat_is_no_sign_of_life(house: House) -> None:
    house.inside()
    handset = house.handsets["p-ada"]
    beat = house.item(handset.message("beat", house.now_ms, "inside"))
    house.turn(beat)
    for _ in range(LOST_MS // 10_000):
        house.now_ms += 10_000
        answers = handset.heard(house.turn(beat))
        assert all(isinstance(each, Standing) and each.boot == NO_BOOT for each in answers)
    assert len(lost(house)) == 1


def test_an_old_boots_beats_prove_nothing_once_another_boot_beats(house: House) -> None:
    house.inside()
    handset = house.handsets["p-ada"]
    old = [house.item(handset.message("beat", house.now_ms, "inside")) for _ in range(40)]
    house.turn(old[0])
    house.now_ms += 10_000
    handset.boot, handset.seq, handset.heard_ms = f"{2:016x}", 0, 0
    house.beat("p-ada", "inside")
    assert "boot_changed" in log_kinds(house)
    for item in old[1:]:
        house.now_ms += 10_000
        house.turn(item)
    assert house.reader.pendants()[0].boot == handset.boot
    assert len(lost(house)) == 1


def test_the_first_beat_of_a_boot_is_answered_though_nothing_dates_it(house: House) -> None:
    """Else it would never hear a hub time to date the next one by."""
    house.beat("p-ada")
    house.now_ms += HOUR_MS
    house.beat("p-ada")
    handset = house.handsets["p-ada"]
    house.now_ms += HOUR_MS
    handset.boot, handset.seq, handset.heard_ms = f"{2:016x}", 0, 0
    house.turn(house.item(handset.message("booted", house.now_ms)))
    assert handset.heard_ms == 0, "its receipt was lost on the way"
    (standing,) = answers(house)
    assert (standing.boot, standing.beat) == (handset.boot, 2)


def test_a_low_battery_is_told_once(house: House) -> None:
    for charge in (80, 21, 20, 21, 20, 19, 29):
        house.now_ms += 10_000
        house.beat("p-ada", battery_pct=charge)
    assert log_kinds(house).count("battery_low") == 1
    house.beat("p-ada", battery_pct=90)
    house.beat("p-ada", battery_pct=15)
    assert log_kinds(house).count("battery_low") == 2


def test_the_board_knows_the_pendant_within_seconds(house: House) -> None:
    house.beat("p-ada", battery_pct=55)
    found = next(each for each in house.reader.pendants() if each.id == "p-ada")
    assert (found.battery_pct, found.last_beat_ms) == (55, house.now_ms - 0) or (
        found.battery_pct == 55
    )
    house.now_ms += 6_000
    house.beat("p-ada", battery_pct=54)
    found = next(each for each in house.reader.pendants() if each.id == "p-ada")
    assert (found.battery_pct, found.last_beat_ms) == (54, house.now_ms)


# P1: what the hub has forgotten, the pendant knows.


def test_an_open_press_that_the_hub_does_not_know_is_raised(house: House) -> None:
    handset = house.handsets["p-ada"]
    identity = f"{7:016x}.3"
    handset.open = [identity + "s"]
    after = house.beat("p-ada")
    (alarm,) = house.reader.open_alarms()
    assert (alarm.kind, alarm.presses[0].identity) == ("sos", identity)
    assert after.pages
    pages = len(house.reader.pages())
    house.now_ms += 10_000
    house.beat("p-ada")
    assert len(house.reader.open_alarms()) == 1, "known now"
    assert len(house.reader.pages()) == pages


def test_a_press_that_comes_after_its_alarm_was_ended_is_no_second_incident(house: House) -> None:
    """A beat overtook it, people answered, the held-back press came last: found by live chaos."""
    handset = house.handsets["p-ada"]
    house.beat("p-ada")
    sos = handset.message("sos-pressed", house.now_ms, gesture="sos-hold")
    handset.open = [sos.identity() + "s"]
    house.beat("p-ada")
    (alarm,) = house.reader.open_alarms()
    house.must("acknowledge", "tom", alarm=alarm.id)
    house.must("record_contact", "tom", alarm=alarm.id, means="work-mobile", reached=True)
    house.must("resolve", "tom", alarm=alarm.id, outcome="safe", note="", spoke=True)
    pages = len(house.reader.pages())
    after = house.turn(house.item(sos))
    assert house.reader.open_alarms() == ()
    assert len(house.reader.pages()) == pages
    assert any(isinstance(each, Receipt) for each in handset.heard(after))
    house.press("p-ada", "sos-pressed", gesture="sos-hold")
    assert len(house.reader.open_alarms()) == 1, "a new press is news"


def test_a_silent_press_that_only_a_beat_has_told_of_is_silent(house: House) -> None:
    """The beat overtook it: found by the storm, where it rang as an SOS, with a number to ring."""
    handset = house.handsets["p-ada"]
    house.beat("p-ada")
    duress = handset.message("duress", house.now_ms, gesture="chord")
    handset.open = [duress.identity() + "d"]
    after = house.beat("p-ada")
    (alarm,) = house.reader.open_alarms()
    assert (alarm.kind, alarm.silent) == ("duress", True)
    assert all(duress.identity() not in (m.sos, *m.resolved) for m in handset.heard(after)
               if isinstance(m, Standing))  # fmt: skip
    assert not any("Call her" in page.body for page in house.reader.pages(alarm.id))
    house.turn(house.item(duress))
    (alarm,) = house.reader.open_alarms()
    assert [press.identity for press in alarm.presses] == [duress.identity()], "one incident"


def test_an_aborted_sos_that_only_a_beat_has_told_of_is_one_incident(house: House) -> None:
    handset = house.handsets["p-ada"]
    house.beat("p-ada")
    let_go = handset.message("sos-aborted", house.now_ms, gesture="sos-let-go", held_ms=900)
    handset.open = [let_go.identity() + "a"]
    house.beat("p-ada")
    house.turn(house.item(let_go))
    (alarm,) = house.reader.open_alarms()
    assert (alarm.kind, len(alarm.presses)) == ("sos_aborted", 1)


def test_a_booted_pendant_with_an_open_press_is_heard_at_once(house: House) -> None:
    handset = house.handsets["p-ada"]
    handset.open = [f"{7:016x}.3s"]
    house.press("p-ada", "booted")
    assert kinds(house) == ["sos"]


def test_a_press_is_open_until_a_person_resolves_it(house: House) -> None:
    handset = house.handsets["p-ada"]
    message = handset.message("sos-pressed", house.now_ms, gesture="sos-hold")
    handset.open = [message.identity() + "s"]
    house.turn(house.item(message))
    house.now_ms += 10_000
    (standing,) = answers(house)
    assert (standing.sos_state, standing.resolved) == ("open", [])
    (alarm,) = house.reader.open_alarms()

    house.must("acknowledge", "tom", alarm=alarm.id)
    house.now_ms += 10_000
    (standing,) = answers(house)
    assert (standing.sos, standing.sos_state) == (message.identity(), "owned")

    house.forward(3 * MINUTE_MS)
    (standing,) = answers(house)
    assert standing.sos_state == "open", "the lease broke: nobody has it"

    house.must("record_contact", "tom", alarm=alarm.id, means="work-mobile", reached=True)
    house.must("waive_task", "mia", alarm=alarm.id, task="office-calls-999", note="she is well")
    house.must("resolve", "tom", alarm=alarm.id, outcome="false alarm", note="", spoke=True)
    house.now_ms += 10_000
    (standing,) = answers(house)
    assert (standing.sos_state, standing.resolved) == ("none", [message.identity()])
    handset.open = []
    house.now_ms += 10_000
    (standing,) = answers(house)
    assert standing.resolved == []


def test_an_unechoed_standing_is_repeated_until_it_is_echoed(house: House) -> None:
    house.beat("p-ada")
    house.inside()
    handset = house.handsets["p-ada"]
    told = 0
    for _ in range(4):
        after = house.forward(REPEAT_EVERY_MS)
        told += len(handset.heard(after))
    assert told == 4
    house.beat("p-ada", "inside")
    house.now_ms += 1_000
    assert handset.heard(house.forward(REPEAT_EVERY_MS)) == []


def test_repeats_to_a_silent_pendant_end(house: House) -> None:
    house.inside()
    told = sum(len(house.forward(REPEAT_EVERY_MS).down) for _ in range(60))
    assert 0 < told <= 20
