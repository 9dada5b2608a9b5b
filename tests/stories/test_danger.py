"""SOS, silent duress, the coded phrase, a worried family: always accepted, ended by speech."""

from hub.rules.standing import standing_of
from tests.stories.telling import story
from tests.stories.world import NINE, World, ms


@story("HM-5.1", proves=("on:coded-phrase",))
def test_the_coded_phrase_pages_manager_and_office_and_nothing_reaches_her(world: World) -> None:
    world.plan()
    world.let_in()
    before = standing_of("p-kim", world.visit, world.alarms.values(), "kim")
    world.command("report_danger", "olive", how="coded-phrase")
    world.expect_page("duty-manager", "coded_danger")
    world.fast_forward("60 s")
    world.expect_page("director", "coded_danger")
    alarm = world.alarm("coded_danger")
    assert (alarm.silent, alarm.worker) == (True, "kim")
    assert alarm.why.endswith("(HM-5.1, HM-5.2)")
    assert world.policy.ladder["danger"].steps[alarm.step].say == "call-999"
    assert standing_of("p-kim", world.visit, world.alarms.values(), "kim") == before
    world.contact()
    world.expect_alarms("coded_danger")
    world.refuse("resolve", "max", alarm="coded_danger", outcome="safe")
    world.command("resolve", "max", alarm="coded_danger", outcome="safe", spoke=True)


@story("HM-7.3", proves=("on:family",))
def test_a_worried_family_goes_to_the_manager_at_once(world: World) -> None:
    world.command("report_danger", "olive", how="family", worker="kim")
    world.expect_page("duty-manager", "family_worried")
    assert world.alarm("family_worried").why.endswith("(HM-7.3)")
    world.command("resolve", "max", alarm="family_worried", outcome="at home", note="phoned")


def test_an_sos_is_accepted_off_a_visit(world: World) -> None:
    world.press("sos-hold")
    world.expect_page("office", "sos")
    alarm = world.alarm("sos")
    assert (alarm.visit, alarm.interested, alarm.worker) == ("", ("kim",), "kim")
    world.refuse("acknowledge", "kim", alarm="sos")
    world.command("acknowledge", "max", alarm="sos")
    world.command("resolve", "max", alarm="sos", outcome="fell, unhurt", spoke=True)


def test_an_acknowledgement_is_a_lease_of_two_minutes(world: World) -> None:
    world.plan()
    world.let_in()
    world.press("sos-hold")
    world.expect_page("tracker", "sos")
    world.command("acknowledge", "tess", alarm="sos")
    assert world.alarm("sos").next_ms == NINE + ms("2 min")
    told = standing_of("p-kim", world.visit, world.alarms.values(), "kim")
    assert (told["sos"], told["sos_state"]) == ("00000000000000ab.2", "owned")
    world.fast_forward("119 s")
    world.refuse("acknowledge", "tess", alarm="sos")
    world.fast_forward("1 s")
    world.expect_page("director", "sos")
    world.expect_page("office", "task_due")
    assert world.alarm("sos").state == "open"
    world.command("do_task", "olive", alarm="sos", task="office-calls-999", reference="CAD 12")
    world.command("acknowledge", "tess", alarm="sos")
    world.command("record_contact", "tess", alarm="sos", means="work-mobile", reached=False)
    world.command("acknowledge", "tess", alarm="sos")
    assert world.alarm("sos").next_ms == world.now_ms + ms("5 min")
    world.command("resolve", "tess", alarm="sos", outcome="safe", spoke=True)
    told = standing_of("p-kim", world.visit, world.alarms.values(), "kim")
    assert (told["sos"], told["resolved"]) == ("", ["00000000000000ab.2"])


def test_a_second_press_breaks_the_lease_and_is_not_covered(world: World) -> None:
    world.press("sos-hold")
    world.expect_page("office", "sos")
    world.command("acknowledge", "max", alarm="sos")
    world.fast_forward("30 s")
    world.press("sos-hold")
    world.expect_page("office", "sos")
    alarm = world.alarm("sos")
    assert (alarm.state, len(alarm.presses), len(world.alarms)) == ("open", 2, 1)
    world.refuse("resolve", "max", alarm="sos", outcome="safe", spoke=True, presses=1)
    world.command("resolve", "max", alarm="sos", outcome="safe", spoke=True, presses=2)
    world.press("sos-hold")
    world.expect_page("office", "sos")
    assert len(world.alarms) == 2
    world.command("resolve", "max", alarm="sos", outcome="safe", spoke=True)


def test_silent_duress_shows_nowhere_on_her_side(world: World) -> None:
    world.plan()
    world.let_in()
    before = standing_of("p-kim", world.visit, world.alarms.values(), "kim")
    world.press("chord")
    world.expect_page("duty-manager", "duress")
    assert world.part().phase == "inside"
    assert standing_of("p-kim", world.visit, world.alarms.values(), "kim") == before
    world.command("resolve", "max", alarm="duress", outcome="fetched", spoke=True)
    assert standing_of("p-kim", world.visit, world.alarms.values(), "kim") == before


@story("HM-5.1")
def test_what_goes_with_a_silent_press_moves_the_visit_and_is_no_word_of_hers(
    world: World,
) -> None:
    world.plan(first_meeting=True)
    world.press("chord")
    world.expect_page("duty-manager", "duress")
    world.press("chord", said="arrived")
    assert world.part().phase == "at-door"
    assert [(claim.kind, claim.felt) for claim in world.part().claims] == [("duress", "arrived")]
    world.fast_forward("0 s")
    world.expect_page("tracker", "arrival_unconfirmed")
    world.command("confirm_arrival", place="1 Some Street", name="A Client")
    assert world.part().go_in == world.part().claims[0].identity
    with world.letting_ring("duress", "call_back_due", "task_due"):
        world.fast_forward("25 min")
        world.press("chord-broken", said="replied", prompt=world.part().prompt)
        assert (world.part().prompt, world.part().claims[-1].kind) == ("", "duress_suspected")
        world.press("chord", said="replied", prompt="an-old-one")
    world.expect_alarms("duress", "call_back_due")
    world.expect_quiet()
    with world.letting_ring("duress", "call_back_due", "task_due"):
        world.contact()
    for task in ("office-calls-999", "office-tells-manager"):
        world.command("do_task", "olive", alarm="duress", task=task)
    world.command("resolve", "max", alarm="duress", outcome="fetched", spoke=True)


def test_the_ladder_loops_until_a_person_ends_it(world: World) -> None:
    world.press("sos-hold")
    with world.letting_ring("sos", "task_due"):
        world.unread.clear()
        world.fast_forward("24 h")
    alarm = world.alarm("sos")
    assert (alarm.state, alarm.round) == ("open", 24 * 60 // 2)
    for kind in ("beat_returned", "handed_out", "hub_restarted", "clock_jumped"):
        with world.letting_ring("sos", "task_due"):
            world.hub_event(kind, alarm="sos", page=1, person="max")
        assert world.alarm("sos").next_ms > world.now_ms


def test_an_outage_does_not_run_through_the_ladder(world: World) -> None:
    world.plan(first_meeting=True)
    world.let_in()
    world.provider_down = True
    world.fast_forward("20 min")
    world.expect_page("tracker", "call_back_due")
    world.now_ms += ms("40 min")
    world.hub_event("hub_restarted", alarm="call_back_due", blind_from_ms=0, blind_until_ms=1)
    world.expect_page("tracker", "call_back_due")
    assert world.alarm("call_back_due").next_ms == world.now_ms + ms("2 min")
    with world.letting_ring("call_back_due", "manager_now", "finish_missed"):
        world.fast_forward("1 s")
    world.expect_alarms("call_back_due", "finish_missed", "manager_now")
    assert world.alarm("manager_now").raised_ms == NINE + ms("30 min")
    assert world.alarm("manager_now").recorded_ms == NINE + ms("1 h")
    world.contact()


def test_lost_beats_are_asked_about_where_coverage_is_expected(world: World) -> None:
    world.plan(coverage="good")
    world.hub_event("beat_lost")
    world.expect_alarms()
    world.let_in()
    world.hub_event("beat_lost")
    world.expect_page("office", "beat_lost")
    world.hub_event("beat_returned")
    world.expect_alarms("beat_lost")
    world.contact()
    world.expect_alarms()
    world.command("set_coverage", coverage="poor")
    world.hub_event("beat_lost")
