"""What pendants send: receipts after the commit, duplicates, forgeries, dates, routes."""

from typing import Any

import pytest

from protocol import codec
from protocol.messages import Receipt, Standing
from tests.hub.engine.looks import alarms, counts
from tests.hub.house import HOUR_MS, MINUTE_MS, START_MS, Handset, House


def test_an_sos_is_committed_paged_received_and_acknowledged(house: House) -> None:
    handset = house.handsets["p-ada"]
    message = handset.message("sos-pressed", house.now_ms, gesture="sos-hold")
    item = house.item(message)
    after = house.turn(item)
    receipt, standing = handset.heard(after)
    assert isinstance(receipt, Receipt)
    assert (receipt.boot, receipt.seq) == (message.boot, message.seq)
    assert receipt.sha == codec.sha(item.token)
    assert isinstance(standing, Standing)
    assert (standing.sos, standing.sos_state) == (message.identity(), "open")
    assert after.acks == [("events", 1, item.mid, 1)]
    assert after.pages
    assert {page.person for page in house.reader.pages()} == {"tom", "mia"}
    (alarm,) = alarms(house, "sos")
    assert (alarm.worker, alarm.pendant, alarm.visit) == ("ada", "p-ada", "")


def test_a_duplicate_gets_its_receipt_again_and_changes_nothing(house: House) -> None:
    handset = house.handsets["p-ada"]
    item = house.item(handset.message("sos-pressed", house.now_ms, gesture="sos-hold"))
    first = house.turn(item)
    before = counts(house)
    for _ in range(3):
        house.now_ms += 1_000
        again = house.turn(item)
        assert [type(each) for each in handset.heard(again)] == [Receipt]
        assert again.acks == first.acks
    assert counts(house) == before


def test_a_duplicate_in_the_same_turn_changes_nothing_either(house: House) -> None:
    item = house.item(house.handsets["p-ada"].message("sos-pressed", house.now_ms))
    house.turn(item, item, item)
    assert len(house.reader.pages()) == 2
    assert len(alarms(house, "sos")[0].presses) == 1


@pytest.mark.parametrize("forgets", [False, True])
def test_an_older_press_that_comes_late_is_news_once(house: House, forgets: bool) -> None:
    handset = house.handsets["p-ada"]
    older = house.item(handset.message("sos-pressed", house.now_ms, gesture="sos-hold"))
    newer = house.item(handset.message("sos-pressed", house.now_ms, gesture="sos-hold"))
    for item, presses in ((newer, 1), (older, 2), (older, 2), (newer, 2)):
        house.turn(item)
        assert len(alarms(house, "sos")[0].presses) == presses
        if forgets:
            house.engine.state.forget()


def test_the_same_identity_with_other_bytes_is_an_alarm_and_both_sos_count(house: House) -> None:
    handset = house.handsets["p-ada"]
    first = handset.message("sos-pressed", house.now_ms, gesture="sos-hold")
    handset.seq -= 1
    second = handset.message("sos-pressed", house.now_ms, gesture="sos-stabs")
    assert first.identity() == second.identity()
    house.turn(house.item(first))
    after = house.turn(house.item(second))
    assert len(alarms(house, "identity_conflict")) == 1
    (sos,) = alarms(house, "sos")
    assert len(sos.presses) == 2, "news, whatever is wrong with it"
    assert any(isinstance(each, Receipt) for each in handset.heard(after))
    before = counts(house)
    house.turn(house.item(second))
    assert counts(house) == before, "the second bytes are known now"


def test_a_conflicting_ordinary_press_is_not_taken(house: House) -> None:
    visit = house.inside()
    handset = house.handsets["p-ada"]
    house.turn(house.item(handset.message("ok", house.now_ms, "inside")))
    handset.seq -= 1
    forged = handset.message("departed", house.now_ms, "inside", gesture="d-short")
    house.turn(house.item(forged))
    assert house.visit(visit).phase == "inside"
    assert len(alarms(house, "identity_conflict")) == 1


def test_a_replay_of_another_boot_changes_nothing(house: House) -> None:
    handset = house.handsets["p-ada"]
    old = house.item(handset.message("ok", house.now_ms))
    house.turn(old)
    handset.boot, handset.seq = f"{2:016x}", 0
    house.beat("p-ada")
    before = counts(house)
    house.turn(old)
    assert counts(house) == before


# Dates.


def test_an_sos_that_waited_is_dated_when_it_was_pressed_and_says_its_age(house: House) -> None:
    house.beat("p-ada")
    handset = house.handsets["p-ada"]
    message = handset.message("sos-pressed", house.now_ms + 5_000)
    house.now_ms += HOUR_MS
    house.turn(house.item(message))
    (alarm,) = alarms(house, "sos")
    assert alarm.raised_ms == START_MS + 5_000
    assert alarm.presses[0].received_ms == START_MS + HOUR_MS
    assert any("59 minutes late" in page.body for page in house.reader.pages())


def test_an_undatable_press_of_the_boot_that_beats_is_younger_than_the_last_boot(
    house: House,
) -> None:
    house.beat("p-ada")
    house.now_ms += HOUR_MS
    house.beat("p-ada")
    last_known = house.now_ms
    house.now_ms += HOUR_MS
    handset = house.handsets["p-ada"]
    handset.boot, handset.seq, handset.heard_ms = f"{9:016x}", 0, 0
    press = handset.message("sos-pressed", house.now_ms)
    house.turn(house.item(handset.message("beat", house.now_ms)))
    house.turn(house.item(press))
    (alarm,) = alarms(house, "sos")
    assert alarm.raised_ms == last_known + 1_000
    row = next(row for row in house.reader.alarm_log(alarm.id) if row.kind == "alarm_raised")
    assert row.at_ms == alarm.raised_ms


def test_an_undatable_press_may_have_waited_in_flash_over_a_reboot(house: House) -> None:
    """The earliest moment: before the boot that beats now, whenever the packet comes."""
    handset = house.handsets["p-ada"]
    waited = handset.message("sos-pressed", house.now_ms)
    house.now_ms += HOUR_MS
    handset.boot, handset.seq, handset.heard_ms = f"{9:016x}", 0, 0
    house.beat("p-ada")
    house.now_ms += HOUR_MS
    house.beat("p-ada")
    house.turn(house.item(waited))
    (alarm,) = alarms(house, "sos")
    assert alarm.raised_ms == START_MS + 1_000


def test_a_hub_time_that_this_hub_cannot_have_signed_dates_nothing(house: House) -> None:
    house.beat("p-ada")
    known = house.now_ms
    house.now_ms += HOUR_MS
    handset = house.handsets["p-ada"]
    handset.heard_ms = house.now_ms + HOUR_MS
    handset.boot, handset.seq = f"{9:016x}", 0
    message = handset.message("sos-pressed", house.now_ms + HOUR_MS + 5)
    house.turn(house.item(message))
    assert alarms(house, "sos")[0].raised_ms == known


# Routing.


def test_an_arrival_without_starting_out_belongs_to_the_visit_planned_about_now(
    house: House,
) -> None:
    visit = house.plan(in_ms=10 * MINUTE_MS)
    house.press("p-ada", "arrived", "off")
    assert house.visit(visit).phase == "at-door"
    row = next(line for line in house.reader.visit_log(visit) if line.kind == "arrived")
    assert row.facts["believed"] == "off", "the pendant believed something else: recorded"


def test_two_visits_that_fit_alike_are_not_guessed_between(house: House) -> None:
    first = house.plan(in_ms=10 * MINUTE_MS)
    second = house.plan(in_ms=40 * MINUTE_MS)
    house.press("p-ada", "started-out", "off", gesture="a-hold")
    assert {house.visit(first).phase, house.visit(second).phase} == {"planned"}
    (alarm,) = alarms(house, "unplanned")
    assert alarm.worker == "ada"


def test_a_running_visit_has_her_presses_though_another_is_planned(house: House) -> None:
    running = house.inside()
    house.plan(in_ms=20 * MINUTE_MS)
    house.press("p-ada", "departed", "inside", gesture="d-short")
    assert house.visit(running).phase == "leaving"


def test_a_visit_tomorrow_is_not_about_now(house: House) -> None:
    visit = house.plan(in_ms=24 * HOUR_MS)
    house.press("p-ada", "arrived", "off")
    assert house.visit(visit).phase == "planned"


def test_an_sos_off_duty_and_one_with_an_alarm_open_are_both_taken(house: House) -> None:
    house.sos("p-ada")
    house.sos("p-ada")
    house.sos("p-bea")
    found = {alarm.worker: len(alarm.presses) for alarm in alarms(house, "sos")}
    assert found == {"ada": 2, "bea": 1}


def test_an_unknown_pendants_handset_is_told_nothing(house: House) -> None:
    stranger = Handset("p-stranger", b"z" * 32)
    house.handsets["p-stranger"] = stranger
    after = house.turn(house.item(stranger.message("sos-pressed", house.now_ms)))
    assert after.down == []
    assert len(alarms(house, "unverified_sos")) == 1


@pytest.mark.parametrize("kind", ["duress", "duress-suspected", "sos-aborted"])
def test_every_alarm_press_pages(house: House, kind: str) -> None:
    more: dict[str, Any] = {"held_ms": 900} if kind == "sos-aborted" else {}
    after = house.press("p-ada", kind, **more)
    assert after.pages
    assert len(alarms(house, kind.replace("-", "_"))) == 1


def test_silent_duress_changes_nothing_that_her_pendant_is_told(house: House) -> None:
    house.inside()
    house.beat("p-ada", "inside")
    handset = house.handsets["p-ada"]
    after = house.turn(house.item(handset.message("duress", house.now_ms, "inside")))
    assert [type(each) for each in handset.heard(after)] == [Receipt]
