"""Derbyshire's guidance before a visit: the diary, the risks, who is there, unplanned visits."""

from hub.rules.model import Event
from tests.stories.county import DERBYSHIRE, HIGH, client, duties, looked_up, read, worker
from tests.stories.telling import story
from tests.stories.world import World

# ---- before a visit -----------------------------------------------------------------------------


@story("DC-diary", policy=DERBYSHIRE, proves=("gate:diary-entry", "gate:whole-entry"))
def test_the_diary_entry_is_whole_and_somebody_else_may_make_it(world: World) -> None:
    for missing in ("purpose", "area", "client", "then"):
        assert world.try_plan(**{missing: ""}).clause == ("DC-diary",)
    assert world.try_plan(start_ms=0).clause == ("DC-diary",)
    assert world.try_plan(venue="https://maps.example/abc").clause == ("DC-diary",)
    client(world, postcode="")
    assert world.try_plan().clause == ("DC-diary",)
    client(world)
    worker(world, phone=False)
    assert world.try_plan().clause == ("DC-diary",)
    worker(world)
    assert world.plan().parts[0].worker == "kim"  # entered by olive, who was told by telephone


@story("DC-risk", policy=DERBYSHIRE, proves=("gate:new-client-assessed",))
def test_a_new_client_is_assessed_and_the_assessment_is_signed(world: World) -> None:
    for stands in ("", "written", "due", "significant"):
        client(world, assessment=stands)
        assert world.try_plan(first_meeting=True).clause == ("DC-risk",), stands
    client(world, assessment="signed")
    world.plan(first_meeting=True)


@story("DC-risk", policy=DERBYSHIRE, proves=("gate:high-risk-looked-up", "timer:risk-check"))
def test_the_risks_are_looked_up_as_close_to_the_visit_as_possible(world: World) -> None:
    world.plan(risk_flag=True)
    world.fast_forward("0 s")
    world.expect_page("monitor", "risk_check_asked")
    refused = world.refuse("confirm_arrival", place="1 Some Street", name="A Client")
    assert refused.clause == ("DC-risk",)
    world.refuse("check_risk", "kim")
    looked_up(world)
    world.command("confirm_arrival", place="1 Some Street", name="A Client")


@story("DC-risk", policy=DERBYSHIRE, proves=("instruction:no-flag-is-not-safe",))
def test_no_flag_does_not_mean_safe_is_said_where_the_visit_is_entered(world: World) -> None:
    world.plan(at="1 h", end="2 h")
    assert "does not mean" in read(world, "command:plan_visit")


@story("DC-risk", "DC-pairs", policy=DERBYSHIRE, proves=("gate:second-person",))
def test_what_is_too_great_for_one_is_agreed_with_the_manager(world: World) -> None:
    alone = {"too_great_for_one": True}
    assert "DC-risk" in world.try_plan(**alone).clause
    for who in ("", "olive"):
        pair: dict[str, str | bool] = {"workers": "kim,lee", "manager_agreed": who}
        assert "DC-risk" in world.try_plan(**alone, **pair).clause
    world.plan(**alone, workers="kim,lee", manager_agreed="max")
    world.plan(**alone, venue="Family centre, 2 Other Street", manager_agreed="max")


@story("DC-monitor", policy=DERBYSHIRE, proves=("gate:somebody-monitors",))
def test_nobody_goes_in_without_a_monitor_and_a_manager_on_duty(world: World) -> None:
    world.plan()
    looked_up(world)
    told: dict[str, str] = {"place": "1 Some Street", "name": "A Client"}
    for role in ("monitor", "manager"):
        duties(world, **{role: ""})
        assert world.refuse("confirm_arrival", **told).clause == ("DC-monitor",)
        duties(world, monitor="olive", manager="max")
    duties(world, monitor="")
    passed: dict[str, str] = {"override": "somebody-monitors", "override_note": "I watch her"}
    world.refuse("confirm_arrival", "tess", **told, **passed)
    world.command("confirm_arrival", "max", **told, **passed)
    assert world.visit_now().overridden == ("somebody-monitors by max",)


@story("DC-signal", policy=DERBYSHIRE, proves=("gate:signal-and-charge",))
def test_signal_and_charge_are_checked_before_she_sets_out(world: World) -> None:
    world.plan()
    for state in ("low", "silent", "none"):
        worker(world, pendant=state)
        assert world.refuse("start_out").clause == ("DC-signal",), state
    worker(world, pendant="ready")
    world.command("start_out")


@story("DC-signal", policy=DERBYSHIRE, proves=("timer:pendant-not-ready",))
def test_setting_out_with_a_low_pendant_is_told(world: World) -> None:
    world.plan(at="30 min", end="2 h")
    world.happen(Event("started_out", world.now_ms, "kim", "v1", "kim", data={"pendant": "low"}))
    world.fast_forward("0 s")
    world.expect_page("monitor", "pendant_not_ready")


# ---- unplanned visits ---------------------------------------------------------------------------


@story("DC-unplanned", policy=DERBYSHIRE, proves=("gate:unplanned-known",))
def test_an_unplanned_visit_is_never_a_first_one(world: World) -> None:
    refused = world.try_plan(unplanned=True, first_meeting=True)
    assert (refused.clause, refused.visit) == (("DC-unplanned",), None)
    assert "never a first visit" in refused.refused


@story("DC-unplanned", policy=DERBYSHIRE, proves=("gate:unplanned-known",))
def test_an_unplanned_visit_is_to_a_client_who_is_known(world: World) -> None:
    client(world, known=False)
    assert world.try_plan(unplanned=True).clause == ("DC-unplanned",)
    assert world.try_plan().refused == ""


@story("DC-unplanned", policy=DERBYSHIRE,
       proves=("gate:unplanned-answered", "timer:unplanned-check"))  # fmt: skip
def test_an_unplanned_visit_waits_for_the_monitors_answer(world: World) -> None:
    world.plan(unplanned=True)
    world.fast_forward("0 s")
    world.expect_page("monitor", "risk_check_asked")
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("monitor", "arrival_unconfirmed")
    refused = world.refuse("confirm_arrival", "olive", place="1 Some Street", name="A Client")
    assert refused.clause == ("DC-unplanned",)
    world.command("check_risk", "olive")
    world.command("confirm_arrival", "olive", place="1 Some Street", name="A Client")
    world.expect_alarms()


@story("DC-unplanned", policy=DERBYSHIRE, proves=("gate:unplanned-answered",))
def test_what_the_monitor_finds_tightens_the_watch(world: World) -> None:
    world.plan(unplanned=True)
    assert world.visit_now().level == "standard"
    world.refuse("confirm_arrival", "olive", place="1 Some Street", name="A Client")
    world.command("check_risk", "olive", found="concern")
    assert world.visit_now().level == HIGH
    world.fast_forward("0 s")


@story("DC-unplanned", policy=DERBYSHIRE, proves=("instruction:no-place-no-visit",))
def test_without_information_or_a_place_there_is_no_visit(world: World) -> None:
    world.plan(unplanned=True)
    assert "does not take place" in read(world, "command:check_risk")
    client(world, address="")
    assert world.try_plan(unplanned=True).refused


@story("DC-unplanned", "DC-risk", policy=DERBYSHIRE, proves=("gate:lapsed-answered",))
def test_a_client_whom_nobody_has_seen_lately_is_looked_up_again(world: World) -> None:
    world.plan(no_recent_contact=True, at="1 h", end="2 h")
    told: dict[str, str] = {"place": "1 Some Street", "name": "A Client"}
    assert "DC-unplanned" in world.refuse("confirm_arrival", **told).clause
    looked_up(world)
    world.command("confirm_arrival", **told)
