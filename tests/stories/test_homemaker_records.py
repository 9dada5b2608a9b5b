"""Homemaker: what the hub shows, what is written down, and what is asked after an incident."""

from hub.registers.seen import Seen
from hub.rules.prompting import instructions
from tests.stories.ledger import ZONE, Ledger
from tests.stories.telling import story
from tests.stories.world import World

ROLES = {"kim": (), "max": ("duty-manager",), "dora": ("director",)}


def _book(world: World) -> Ledger:
    return Ledger(world, Seen(ZONE, roles=ROLES, clients=frozenset({"client"})))


def _incident(book: Ledger) -> str:
    written = book.write("write", "kim", kind="incident", about="client", what="shouted at",
                         happened=book.day())  # fmt: skip
    return written.id


def _shown(world: World, screen: str) -> tuple[str, ...]:
    """The clauses for which the procedure asks for that screen."""
    return next((row.clause for row in world.policy.screens if row.shows == screen), ())


@story("HM-12", proves=("register:incident",))
def test_every_incident_is_written_down_signed_and_told_to_the_manager(world: World) -> None:
    book = _book(world)
    incident = _incident(book)
    world.expect_page("duty-manager", "incident_told")
    kept = world.policy.register.get("incident")
    assert kept is not None
    assert kept.copies[0].startswith("Client Incident File")
    assert "names to sign" in book.refuse("sign", "kim", incident, actions="none")
    book.write("sign", "max", incident, actions="two go next time")
    assert book.records[incident].state == "signed"


@story("HM-12", proves=("task:incident-police",))
def test_whether_the_police_are_told_is_decided_by_a_manager_and_recorded(world: World) -> None:
    _incident(_book(world))
    world.expect_page("duty-manager", "incident_told")
    with world.letting_ring("incident_told"):
        world.command("acknowledge", "max", alarm="incident_told")
        refused = world.refuse("resolve", "max", alarm="incident_told", outcome="told", note="",
                               spoke=True)  # fmt: skip
        assert "police" in refused.refused
        world.command("do_task", "max", alarm="incident_told", task="incident-police",
                      reference="crime 123")  # fmt: skip
        world.command("resolve", "max", alarm="incident_told", outcome="recorded", note="done",
                      spoke=True)  # fmt: skip


@story("HM-13", proves=("register:incident",))
def test_after_any_incident_the_manager_answers_the_five_questions(world: World) -> None:
    book = _book(world)
    incident = _incident(book)
    world.unread.clear()
    book.write("sign", "max", incident, actions="two go next time")
    assert "5 of the review questions" in book.refuse("close", "max", incident)
    answers = {f"answer_{number}": "looked at" for number in range(1, 5)}
    book.write("answer", "max", incident, **answers)
    assert "1 of the review questions" in book.refuse("close", "max", incident)
    book.write("answer", "max", incident, answer_5="none")
    book.write("close", "max", incident)
    assert book.records[incident].state == "closed"


@story("HM-13", proves=("review:procedure",))
def test_the_procedure_itself_is_reviewed_in_its_turn(world: World) -> None:
    book = _book(world)
    book.begin("procedure")
    book.forward(729)
    assert book.told() == []
    book.forward(3)
    assert ("duty-manager", "director") in book.told()


@story("HM-1.2", "HM-9", proves=("register:assessment",))
def test_the_assessment_is_kept_and_signed(world: World) -> None:
    kept = world.policy.register.get("assessment")
    assert kept is not None
    assert (kept.clause, kept.signed_by) == (("HM-1.2", "HM-9"), ("duty-manager", "director"))


@story("HM-1.3", "HM-7.1", proves=("screen:risk-information", "screen:client-details"))
def test_the_tracker_has_the_clients_risks_and_details_before_her(world: World) -> None:
    assert _shown(world, "risk-information") == ("HM-1.3",)
    assert _shown(world, "client-details") == ("HM-7.1",)


@story("HM-2.8", "HM-2.9", proves=("screen:week", "screen:live"))
def test_the_week_on_paper_and_changes_at_once(world: World) -> None:
    assert _shown(world, "week") == ("HM-2.8",)
    assert _shown(world, "live") == ("HM-2.9",)


@story("HM-2.4", "HM-2.2", proves=("screen:diary",))
def test_the_entry_itself_says_enhanced_tracking(world: World) -> None:
    assert "HM-2.4" in _shown(world, "diary")
    visit = world.plan(concern=True)
    [level] = [row for row in world.policy.levels if row.id == visit.level]
    assert (level.name, level.board) == ("Enhanced tracking", "red")


@story("HM-7.2", proves=("screen:colleagues", "instruction:numbers-at-hand",
                         "register:next-of-kin"))  # fmt: skip
def test_colleagues_have_each_others_numbers_and_the_family_the_offices(world: World) -> None:
    assert _shown(world, "colleagues") == ("HM-7.2",)
    visit = world.plan()
    shown = instructions(world.policy, "phase:planned", visit, world.part())
    assert [row.id for row in shown] == ["numbers-at-hand"]
    kept = world.policy.register.get("next-of-kin")
    assert kept is not None
    assert kept.clause == ("HM-7.2",)


@story("HM-7.3", proves=("instruction:family-call",))
def test_a_worried_family_reaches_manager_or_director_at_once(world: World) -> None:
    world.plan(at="1 h")
    world.command("report_danger", "olive", worker="kim", how="family", note="not home")
    world.expect_page("duty-manager", "family_worried")
    shown = instructions(world.policy, "alarm:family_worried", world.visit, world.part())
    assert [row.to for row in shown] == [("duty-manager", "director")]
    with world.letting_ring("family_worried"):
        world.fast_forward("2 min")
    assert any("director" in step.roles for step in world.alarm("family_worried").ladder.steps)
