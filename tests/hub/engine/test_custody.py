"""Whose a pendant is and until when: expiry, revocation, hand-over."""

import pytest

from hub.engine import standings
from hub.engine.renewal import DAY_MS
from hub.engine.strangers import MAX_REVOKED_A_MINUTE
from hub.rules.model import Alarm
from hub.store.views import PageRow
from protocol.messages import Receipt, Standing
from protocol.record import Message
from tests.hub.engine.looks import alarms
from tests.hub.house import HOUR_MS, MINUTE_MS, Handset, House


def answer(house: House, name: str = "p-ada", phase: str = "off") -> Standing:
    """To a beat of it."""
    handset = house.handsets[name]
    house.now_ms += 1_000
    after = house.turn(house.item(handset.message("beat", house.now_ms, phase)))
    found: list[Message] = [each for each in handset.heard(after) if isinstance(each, Standing)]
    told = found[-1]
    assert isinstance(told, Standing)
    return told


def pages_of(house: House, alarm: Alarm) -> tuple[PageRow, ...]:
    return house.reader.pages(alarm.id)


def expire(house: House, in_ms: int = HOUR_MS) -> None:
    """Ada's pendant, so soon; then that moment is past."""
    house.must("renew_pendant", "setup", pendant="p-ada", valid_until_ms=house.now_ms + in_ms)
    house.forward(in_ms)


# Expiry.


def test_a_new_pendant_is_good_until_the_day_it_is_given(house: House) -> None:
    until_ms = house.now_ms + 730 * DAY_MS
    house.must("add_pendant", "setup", id="p-new", secret="ab" * 32, worker="ada",
               valid_until_ms=until_ms)  # fmt: skip
    found = {each.id: each.valid_until_ms for each in house.reader.pendants()}
    assert found == {"p-ada": 0, "p-bea": 0, "p-new": until_ms}, "0 is for ever"
    house.must("add_pendant", "setup", id="p-new", worker="bea")
    (new,) = [each for each in house.reader.pendants() if each.id == "p-new"]
    assert new.valid_until_ms == until_ms, "another worker, the same day"


@pytest.mark.parametrize("wrong", [-1, "soon", "", "1e12"])
def test_a_day_that_is_none_is_refused(house: House, wrong: int | str) -> None:
    for kind, named in (("add_pendant", "id"), ("renew_pendant", "pendant")):
        done = house.ask_with(kind, "setup", {named: "p-ada", "valid_until_ms": wrong})
        assert not done.ok, done.reason
    assert {each.valid_until_ms for each in house.reader.pendants()} == {0}


@pytest.mark.parametrize("kind", ["sos-pressed", "sos-aborted", "duress", "duress-suspected"])
def test_an_expired_pendants_danger_pages_as_it_is_and_says_so(house: House, kind: str) -> None:
    visit = house.inside()
    expire(house)
    more = {"held_ms": 900} if kind == "sos-aborted" else {}
    gesture = {"sos-aborted": "sos-let-go", "duress": "chord", "duress-suspected": "chord-broken"}
    after = house.press("p-ada", kind, "inside", gesture=gesture.get(kind, "sos-hold"), **more)
    assert after.pages
    (alarm,) = alarms(house, {"sos-pressed": "sos"}.get(kind, kind.replace("-", "_")))
    assert (alarm.mark, alarm.verified, alarm.visit, alarm.worker) == (
        "expired",
        True,
        visit,
        "ada",
    )
    page = pages_of(house, alarm)[-1]
    assert "past its date" in page.subject
    assert "Pendant p-ada of Ada" in page.body
    assert "counts all the same" in page.body


def test_an_open_press_that_an_expired_pendant_carries_is_raised_and_marked(house: House) -> None:
    expire(house)
    house.beat("p-ada", open=["00000000000000ff.3s"])
    (alarm,) = alarms(house, "sos")
    assert alarm.mark == "expired"


def test_before_its_day_nothing_is_marked(house: House) -> None:
    house.must("renew_pendant", "setup", pendant="p-ada", valid_until_ms=house.now_ms + HOUR_MS)
    house.forward(HOUR_MS - 1)
    house.sos("p-ada")
    assert alarms(house, "sos")[0].mark == ""


def test_go_in_ends_with_the_last_day_in_the_very_turn(house: House) -> None:
    """What was not echoed is told again before the timer of that moment runs (storm, seed 7045)."""
    house.inside()
    assert answer(house, phase="inside").go_in != ""
    ends_ms = house.now_ms + standings.REPEAT_EVERY_MS + 1
    house.must("renew_pendant", "setup", pendant="p-ada", valid_until_ms=ends_ms)
    house.now_ms = ends_ms
    heard = house.handsets["p-ada"].heard(house.turn())
    told = [each for each in heard if isinstance(each, Standing)]
    assert told, "told again"
    assert {each.go_in for each in told} == {""}


def test_an_expired_pendant_feels_it_before_a_visit_and_is_told_no_go_in(house: House) -> None:
    assert answer(house).tracker
    house.must("renew_pendant", "setup", pendant="p-ada", valid_until_ms=house.now_ms + HOUR_MS)
    assert answer(house).tracker
    house.forward(HOUR_MS)
    assert not answer(house).tracker, "its day came with nothing else: felt at the next touch"
    visit = house.plan()
    done = house.ask("start_out", "tom", visit=visit, worker="ada")
    assert not done.ok
    assert "past its date" in done.reason
    house.press("p-ada", "started-out", "planned", gesture="a-hold")
    assert house.visit(visit).phase == "on-the-way"
    (asked,) = alarms(house, "pendant_expired")
    assert pages_of(house, asked)
    house.press("p-ada", "arrived", "on-the-way")
    facts = {
        "visit": visit,
        "worker": "ada",
        "place": "C1",
        "name": "A",
        "departure_contact": "tom",
    }
    let_in = house.ask_with("confirm_arrival", "tom", facts)
    assert not let_in.ok
    assert answer(house, phase="at-door").go_in == ""
    assert house.visit(visit).phase == "at-door"
    house.must("renew_pendant", "setup", pendant="p-ada", valid_until_ms=house.now_ms + DAY_MS)
    assert house.ask_with("confirm_arrival", "tom", facts).ok
    assert answer(house, phase="at-door").go_in != ""


def test_one_that_ends_before_the_visit_does_is_refused_for_it_already(house: House) -> None:
    house.beat("p-ada")
    visit = house.plan()
    house.must(
        "renew_pendant", "setup", pendant="p-ada", valid_until_ms=house.now_ms + HOUR_MS // 2
    )
    assert not house.ask("start_out", "tom", visit=visit, worker="ada").ok
    house.must("renew_pendant", "setup", pendant="p-ada", valid_until_ms=house.now_ms + 2 * HOUR_MS)
    assert house.ask("start_out", "tom", visit=visit, worker="ada").ok


def test_another_pendant_of_hers_that_is_good_is_enough(house: House) -> None:
    house.add_handset("p-spare", "ada")
    house.beat("p-spare")
    visit = house.plan()
    expire(house, 1_000)
    assert house.ask("start_out", "tom", visit=visit, worker="ada").ok


def test_one_whose_day_comes_while_she_is_inside_changes_nothing_she_feels(house: House) -> None:
    house.inside()
    before = answer(house, phase="inside")
    house.must("renew_pendant", "setup", pendant="p-ada", valid_until_ms=house.now_ms + MINUTE_MS)
    house.forward(MINUTE_MS)
    after = answer(house, phase="inside")
    assert (after.phase, after.tracker) == (before.phase, True)


# Revocation and hand-over.


def revoked_sos(house: House, kind: str = "sos-pressed", gesture: str = "sos-hold") -> Alarm:
    house.must("revoke_pendant", "setup", pendant="p-ada")
    house.press("p-ada", kind, gesture=gesture)
    (alarm,) = alarms(house, "unverified_sos")
    return alarm


def test_a_revoked_pendants_sos_says_whose_it_was_and_reaches_people(house: House) -> None:
    alarm = revoked_sos(house)
    assert (alarm.mark, alarm.verified, alarm.worker) == ("revoked", False, "ada")
    found = pages_of(house, alarm)
    assert found
    for page in found:
        assert page.subject.startswith("SOS from a revoked pendant: Ada")
        assert "Revoked pendant p-ada of Ada" in page.body
    assert "ada" not in {page.person for page in found}, "whoever has it may have her telephone"


def test_on_her_visit_the_visit_is_named_and_her_tracker_asked(house: House) -> None:
    visit = house.inside()
    alarm = revoked_sos(house)
    assert alarm.visit == visit
    assert any(visit in page.body for page in pages_of(house, alarm))


def test_a_silent_sign_of_a_revoked_pendant_stays_silent(house: House) -> None:
    alarm = revoked_sos(house, "duress", "chord")
    assert alarm.silent
    assert all("do not call her" in page.body for page in pages_of(house, alarm))


def test_forgers_in_its_name_never_hold_up_a_revoked_pendants_sos(house: House) -> None:
    """P7: what cannot be verified at all neither joins nor throttles what only is not trusted."""
    house.must("revoke_pendant", "setup", pendant="p-ada")
    item = house.item(house.handsets["p-ada"].message("sos-pressed", house.now_ms))
    for number in range(30):
        house.turn(house.item(house.handsets["p-ada"].message("sos-pressed", house.now_ms),
                              token=b"forged %d" % number))  # fmt: skip
    after = house.turn(item)
    found = {alarm.mark: alarm for alarm in alarms(house, "unverified_sos")}
    assert set(found) == {"", "revoked"}
    assert after.pages
    assert [type(each) for each in house.handsets["p-ada"].heard(after)] == [Receipt]


def test_a_revoked_pendant_that_floods_is_bounded_and_each_of_the_first_is_kept(
    house: House,
) -> None:
    alarm = revoked_sos(house)
    for _ in range(3 * MAX_REVOKED_A_MINUTE):
        house.press("p-ada", "sos-pressed", gesture="sos-hold")
    (grown,) = alarms(house, "unverified_sos")
    assert (grown.id, len(grown.presses)) == (alarm.id, MAX_REVOKED_A_MINUTE)
    house.now_ms += MINUTE_MS
    house.press("p-ada", "sos-pressed", gesture="sos-hold")
    (later,) = alarms(house, "unverified_sos")
    assert len(later.presses) == MAX_REVOKED_A_MINUTE + 1


def test_revoked_in_a_visit_her_silence_is_no_longer_asked_about_but_she_is(house: House) -> None:
    visit = house.inside()
    house.must("revoke_pendant", "mia", pendant="p-ada")
    (taken,) = alarms(house, "pendant_taken")
    assert (taken.visit, taken.worker, taken.pendant) == (visit, "ada", "p-ada")
    assert "was revoked while she is inside" in taken.why
    assert pages_of(house, taken)
    house.forward(10 * MINUTE_MS)
    assert alarms(house, "beat_lost") == []
    house.must("revoke_pendant", "mia", pendant="p-ada")
    assert len(alarms(house, "pendant_taken")) == 1, "revoked already"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"worker": "bea"}, "was given to somebody else"),
        ({"worker": ""}, "was given to somebody else"),
        ({"worker": "ada", "secret": "cd" * 32}, "was given new keys"),
    ],
)
def test_what_else_takes_her_pendant_is_told_too(
    house: House, facts: dict[str, str], said: str
) -> None:
    house.inside()
    house.ask_with("add_pendant", "mia", {"id": "p-ada", **facts})
    (taken,) = alarms(house, "pendant_taken")
    assert said in taken.why
    assert taken.worker == "ada", "who has lost it, not who has it now"


def test_with_new_keys_a_revoked_pendant_is_trusted_again_and_the_old_key_is_nobodys(
    house: House,
) -> None:
    old = house.handsets["p-ada"]
    house.must("revoke_pendant", "mia", pendant="p-ada")
    house.must("add_pendant", "mia", id="p-ada", worker="ada", secret="cd" * 32, key_id="k-new")
    (ada, _) = house.reader.pendants()
    assert (ada.state, ada.key_id) == ("active", "k-new")
    house.turn(house.item(old.message("sos-pressed", house.now_ms, gesture="sos-hold")))
    (alarm,) = alarms(house, "unverified_sos")
    assert alarm.mark == "", "nobody knows whose"
    new = Handset("p-ada", bytes.fromhex("cd" * 32))
    new.key_id = "k-new"
    house.handsets["p-ada"] = new
    house.sos("p-ada")
    assert len(alarms(house, "sos")) == 1


def test_off_a_visit_taking_a_pendant_is_no_alarm(house: House) -> None:
    house.plan(in_ms=HOUR_MS)
    house.must("revoke_pendant", "mia", pendant="p-ada")
    house.must("add_pendant", "mia", id="p-bea", worker="ada")
    house.must("add_pendant", "mia", id="p-ada", worker="ada")
    assert alarms(house, "pendant_taken") == []


def test_the_same_hands_and_the_same_keys_take_nothing(house: House) -> None:
    house.inside()
    house.must("add_pendant", "mia", id="p-ada", worker="ada", valid_until_ms=house.now_ms + DAY_MS)
    house.must("renew_pendant", "mia", pendant="p-ada", valid_until_ms=house.now_ms + 2 * DAY_MS)
    assert alarms(house, "pendant_taken") == []
