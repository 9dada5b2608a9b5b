"""Derbyshire's guidance at the expected finish: attempts by the clock, the manager, longer days."""

from hub.rules.prompting import next_means
from tests.stories.county import DERBYSHIRE, HIGH, inside, read
from tests.stories.telling import story
from tests.stories.world import NINE, World, ms

# ---- the level, and the expected finish ---------------------------------------------------------


@story(
    "DC-high",
    "DC-risk",
    policy=DERBYSHIRE,
    proves=(
        "choose:there is a specific risk assessment, or a risk is flagged",
        "choose:the assessment found a significant risk",
        "choose:the worker has a concern, for whatever reason",
        "choose:there was recent violence, or there were threats",
    ),
)
def test_each_ground_makes_it_a_high_risk_visit(world: World) -> None:
    assert world.plan().level == "standard"
    for fact in ("risk_flag", "significant_risk", "concern", "recent_violence"):
        assert world.plan(**{fact: True}).level == HIGH


@story(
    "DC-high",
    "DC-mgr",
    policy=DERBYSHIRE,
    proves=("timer:finish", "timer:second-attempt", "timer:third-attempt", "timer:finish-manager"),
)
def test_attempts_at_0_5_and_10_minutes_even_if_nobody_tries(world: World) -> None:
    """The reading of "after 2 attempts": the manager at ten minutes at the latest, by the clock."""
    inside(world, concern=True)
    world.fast_forward("1 h")
    world.expect_page("monitor", "finish_missed")
    world.command("acknowledge", "olive", alarm="finish_missed")  # and then does nothing
    world.fast_forward("5 min")
    world.expect_page("monitor", "finish_missed", ago="3 min")  # the lease ran out
    world.expect_page("monitor", "finish_missed")
    with world.letting_ring("finish_missed"):
        world.fast_forward("299 s")
    world.expect_alarms("finish_missed")
    world.fast_forward("1 s")
    pages = [(page.roles, page.about) for page in world.unread]
    world.unread.clear()
    assert (("monitor",), "finish_missed") in pages
    assert (("manager", "designated"), "manager_now") in pages
    world.expect_alarms("finish_missed", "manager_now")
    world.contact()
    world.expect_alarms()


@story("DC-high", policy=DERBYSHIRE, proves=("timer:finish-manager",))
def test_attempts_that_were_made_do_not_put_the_manager_off(world: World) -> None:
    inside(world, concern=True)
    with world.letting_ring("finish_missed"):
        world.fast_forward("1 h")
        for _ in range(2):
            world.command("record_contact", "olive", means="work-mobile", result="answerphone")
            world.fast_forward("5 min")
    world.expect_page("manager", "manager_now")
    failed = [each.result for each in world.part().attempts if not each.reached]
    assert failed == ["answerphone"] * 2


@story("DC-high", policy=DERBYSHIRE,
       proves=("instruction:attempts", "instruction:all-details", "contact:order"))  # fmt: skip
def test_the_monitor_reads_what_to_do_and_gives_the_manager_all_details(world: World) -> None:
    inside(world, risk_flag=True)
    assert "Five minutes later try again" in read(world, "alarm:finish_missed")
    assert "who is missing, where, with whom" in read(world, "alarm:manager_now")
    assert next_means(world.policy, world.part())[:1] == ("work-mobile",)


@story("DC-high", "DC-mgr", policy=DERBYSHIRE, proves=("timer:not-back-high",
       "timer:not-back-second", "timer:not-back-third", "timer:not-back-manager"))  # fmt: skip
def test_not_back_at_the_time_that_was_given(world: World) -> None:
    inside(world, concern=True, expected_back_ms=NINE + ms("90 min"))
    world.fast_forward("30 min")
    world.command("confirm_departure")
    world.fast_forward("1 h")
    world.expect_page("monitor", "home_unconfirmed")
    with world.letting_ring("home_unconfirmed"):
        world.fast_forward("5 min")
        world.fast_forward("299 s")
    world.expect_alarms("home_unconfirmed")
    assert [name for name, _ in world.part().fired if name == "not-back-second"]
    world.fast_forward("1 s")
    assert {page.about for page in world.unread} == {"home_unconfirmed", "manager_now"}
    world.unread.sort(key=lambda page: page.about)
    world.expect_page("monitor", "home_unconfirmed")
    world.expect_page("manager", "manager_now")
    world.command("confirm_home", "olive")
    world.expect_alarms()


@story("DC-mgr", policy=DERBYSHIRE, proves=("task:record-response",))
def test_the_manager_records_what_was_decided_before_it_ends(world: World) -> None:
    inside(world, concern=True)
    with world.letting_ring("finish_missed", "manager_now"):
        world.fast_forward("70 min")
        refused = world.refuse(
            "resolve", "max", alarm="manager_now", outcome="with the police", spoke=True
        )
        assert "write down what you decided" in refused.refused
        world.command(
            "do_task",
            "max",
            alarm="manager_now",
            task="record-response",
            note="her home: not there; the police have it",
        )
        world.command("resolve", "max", alarm="manager_now", outcome="with the police", spoke=True)
        world.expect_alarms("finish_missed")


@story("DC-mgr", policy=DERBYSHIRE, proves=("instruction:manager-decides",))
def test_the_manager_reads_what_a_response_may_be(world: World) -> None:
    inside(world)
    assert "her next of kin, the police" in read(world, "alarm:manager_now")


@story("DC-mgr", policy=DERBYSHIRE, proves=("timer:finish-manager-standard",))
def test_of_an_ordinary_visit_the_manager_hears_after_a_quarter_of_an_hour(world: World) -> None:
    inside(world)
    with world.letting_ring("finish_missed"):
        world.fast_forward("1 h")
        world.fast_forward("899 s")
        world.expect_alarms("finish_missed")
        world.fast_forward("1 s")
    world.expect_page("manager", "manager_now")


@story("DC-overrun", policy=DERBYSHIRE, proves=("timer:asks-for-longer", "timer:finish"))
def test_running_late_she_gives_a_new_finish(world: World) -> None:
    inside(world)
    world.fast_forward("50 min")
    world.press("a-double")
    world.fast_forward("0 s")
    world.expect_page("monitor", "carry_on_asked")
    world.command("extend", "olive", end_ms=NINE + ms("2 h"))
    world.fast_forward("69 min")
    world.expect_quiet()
    world.fast_forward("1 min")
    world.expect_page("monitor", "finish_missed")
    world.contact("olive")


@story("DC-overrun", policy=DERBYSHIRE, proves=("timer:overrun", "gate:new-finish-spoken"))
def test_past_her_finish_only_speech_gives_a_new_one(world: World) -> None:
    inside(world)
    world.fast_forward("1 h")
    world.expect_page("monitor", "finish_missed")
    refused = world.refuse("extend", "olive", end_ms=NINE + ms("3 h"))
    assert refused.clause == ("DC-overrun",)
    world.contact("olive")
    world.fast_forward("15 min")
    world.expect_page("monitor", "finish_missed")
    world.command("extend", "olive", end_ms=NINE + ms("3 h"), means="work-mobile")
    world.expect_alarms()


# ---- out for the day ----------------------------------------------------------------------------


@story("DC-interval", policy=DERBYSHIRE, proves=("timer:interval", "timer:interval-reminder"))
def test_out_for_most_of_the_day_she_calls_in_between(world: World) -> None:
    world.plan(kind="day", day_entry=True, end="8 h", expected_back_ms=NINE + ms("8 h"))
    world.fast_forward("105 min")
    assert world.part().prompt.startswith("call-in")
    world.fast_forward("15 min")
    world.expect_page("monitor", "check_in_missed")
    world.contact("olive")
    world.expect_alarms()
    world.fast_forward("119 min")
    world.expect_quiet()
    world.fast_forward("1 min")
    world.expect_page("monitor", "check_in_missed")
