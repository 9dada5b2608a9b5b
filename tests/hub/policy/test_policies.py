"""The shipped policy and the timetables of all five procedures: the schema holds them as it is."""

from dataclasses import fields
from pathlib import Path

import pytest

from hub.policy.load import SHIPPED, load, shipped
from hub.policy.model import Policy, Timer
from hub.policy.terms import digest_of, terms_from, terms_text
from hub.policy.words import ANCHORS, EARNED_BY
from tests.hub.rules.acts import check
from tests.stories.world import World, ms

FILES = sorted(SHIPPED.glob("*.toml"))
FIVE = (
    "derbyshire-childrens-services",
    "sutton-cypl",
    "leading-futures",
    "carers-trust-d06b",
    "acorn-partnership",
    "plain",
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_loads_and_its_snapshot_is_it(path: Path) -> None:
    policy = load(path)
    again = terms_from(terms_text(policy))
    assert again == policy
    assert again.terms_id == policy.terms_id
    assert terms_text(again) == terms_text(policy)


def test_the_five_are_there() -> None:
    assert {path.stem for path in FILES} >= {*FIVE, "homemaker-exeter"}


def timer(name: str, which: str) -> Timer:
    return load(shipped(name)).timer[which]


@pytest.mark.parametrize(
    ("policy", "which", "anchor", "wait", "clause"),
    [
        ("derbyshire-childrens-services", "finish", "finish", "0 s", "DC-high"),
        ("derbyshire-childrens-services", "second-attempt", "finish", "5 min", "DC-high"),
        ("derbyshire-childrens-services", "finish-manager", "finish", "10 min", "DC-mgr"),
        ("sutton-cypl", "finish", "finish", "30 min", "SU-30"),
        ("leading-futures", "check-in", "check_in", "0 s", "LF-notify"),
        ("leading-futures", "back", "departed", "90 min", "LF-home"),
        ("carers-trust-d06b", "no-answer", "no_answer", "0 s", "CT-8.1"),
        ("carers-trust-d06b", "relief-late", "relief_due", "0 s", "CT-4.6b"),
    ],
)
def test_the_times_of_the_procedures(
    policy: str, which: str, anchor: str, wait: str, clause: str
) -> None:
    found = timer(policy, which)
    assert (found.anchor, found.wait_ms) == (anchor, ms(wait))
    assert clause in found.clause


def test_a_policy_that_builds_on_another_has_its_rows_and_its_own() -> None:
    base, own = (load(shipped(name)) for name in ("plain", "carers-trust-d06b"))
    assert base.timer["no-answer"].clause == ()
    assert own.timer["no-answer"].clause == ("CT-8.1",)
    assert own.timer["finish"] == base.timer["finish"]
    assert own.terms_id != base.terms_id
    assert (own.levels, own.title) == (base.levels, "Security of the home")


@pytest.mark.parametrize("name", FIVE)
def test_a_visit_runs_by_each_and_is_never_unwatched(name: str) -> None:
    world = World(policy=load(shipped(name)))
    back_ms = world.now_ms + ms("2 h")
    world.plan(workers="kim,lee", concern=True, rating="C2", expected_back_ms=back_ms)
    world.command("check_risk")
    for act in ("press", "confirm_arrival", "depart", "confirm_departure"):
        if act == "press":
            world.press("a-short")
        elif act == "depart":
            world.press("d-short")
        elif act == "confirm_arrival":
            world.command(act, worker="kim", place="1 Some Street", name="A Client")
        else:
            world.command(act, worker="kim")
        check(world)
        world.fast_forward("20 min")
        check(world)
    world.unread.clear()
    world.done()


@pytest.mark.clause("DC-high")
def test_derbyshires_manager_is_told_at_ten_minutes_by_the_clock() -> None:
    world = World(policy=load(shipped("derbyshire-childrens-services")))
    world.plan(workers="kim,lee", concern=True)
    world.command("check_risk")
    for worker in ("kim", "lee"):
        world.let_in(worker=worker)
    world.command("confirm_departure", worker="lee", then="next")
    world.fast_forward("1 h")
    world.expect_page("monitor", "finish_missed")
    with world.letting_ring("finish_missed"):
        world.fast_forward("10 min")
    world.expect_page("manager", "manager_now")
    world.contact(worker="kim")
    world.done()


@pytest.mark.clause("SU-30")
def test_suttons_buddy_is_told_thirty_minutes_after_the_planned_end() -> None:
    world = World(policy=load(shipped("sutton-cypl")))
    world.plan()
    world.let_in()
    world.fast_forward("89 min")
    world.expect_quiet()
    world.fast_forward("1 min")
    world.expect_page("buddy", "finish_missed")
    world.contact()
    world.done()


def test_the_digest_tells_every_change() -> None:
    policy = shipped_policy()
    text = terms_text(policy)
    assert digest_of(policy) == policy.digest
    assert policy.terms_id.startswith("homemaker-exeter@1:")
    for field in fields(Policy):
        assert (f'"{field.name}":' in text) == (field.name != "digest")


def shipped_policy() -> Policy:
    return load(shipped("homemaker-exeter"))


def test_every_anchor_is_set_by_a_rule_or_said_to_be_for_later() -> None:
    """A timer that counts from what nothing sets would never run."""
    source = "".join(
        path.read_text(encoding="utf-8") for path in (SHIPPED.parent / "rules").glob("*.py")
    )
    later = {"unknown"}
    for anchor in set(ANCHORS) - later:
        assert f"{anchor}=" in source or f'"{anchor}"' in source, anchor
    assert set(EARNED_BY) >= {"confirm_arrival", "call_back", "confirm_departure", "not_returning"}
