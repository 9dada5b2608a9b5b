"""Carers Trust D06b: keys and badges, from hand to hand and back."""

from dataclasses import replace

from hub.rules.prompting import instructions
from tests.stories.ledger import Ledger
from tests.stories.telling import story
from tests.stories.world import World

CT = "carers-trust-d06b"


def _key(book: Ledger, **more: str) -> str:
    given = {"label": "K7", "authority_form": book.day(), **more}
    return book.write("register", "max", kind="key", about="client", **given).id


def _emergency(book: Ledger, **more: str) -> dict[str, str]:
    return {
        "kind": "key", "about": "client", "label": "K8", "holder": "kim", "how_back": "by hand",
        "back_by": book.day(1), "consent": book.day(), "manager_spoken": "max", **more,
    }  # fmt: skip


# Keys.


@story("CT-5.2", proves=("gate:authority-form",), policy=CT)
def test_no_key_without_the_authority_form(world: World) -> None:
    book = Ledger(world)
    why = book.refuse("register", "max", kind="key", about="client", label="K7")
    assert "section A" in why
    _key(book)


@story("CT-5.2", policy=CT)
def test_a_label_never_tells_whose_it_is_and_no_two_are_alike(world: World) -> None:
    book = Ledger(world, replace(Ledger(world).seen, traceable=frozenset({"label"})))
    assert "whose it is" in book.refuse("register", "max", kind="key", about="client", label="Ann",
                                        authority_form=book.day())  # fmt: skip
    book.seen = replace(book.seen, traceable=frozenset(), taken=True)
    assert "no two" in book.refuse("register", "max", kind="key", about="client", label="K7",
                                   authority_form=book.day())  # fmt: skip


@story("CT-5.2", proves=("register:key",), policy=CT)
def test_a_key_is_signed_out_and_in_and_asked_for_when_it_is_not_back(world: World) -> None:
    book = Ledger(world)
    key = _key(book)
    assert "missing" in book.refuse("sign_out", "kim", key, holder="kim")
    book.write("sign_out", "kim", key, holder="kim", back_by=book.day(1))
    assert "signed out" in book.refuse("sign_out", "lee", key, holder="lee", back_by=book.day(1))
    book.forward(2)
    assert book.told() == [("manager", "kim")] * 2
    book.write("sign_in", "kim", key)
    log = [(act.verb, act.by) for act in book.records[key].acts]
    assert log == [("register", "max"), ("sign_out", "kim"), ("sign_in", "kim")]
    assert "holder" not in book.records[key].fields
    book.forward(20)
    assert book.told() == []


@story("CT-5.3", proves=("register:key",), policy=CT)
def test_a_key_that_staff_keep_is_looked_at_every_year_and_given_back_signed(world: World) -> None:
    book = Ledger(world)
    key = _key(book)
    given = {"holder": "kim", "authority_form": book.day(), "section_b": book.day()}
    assert book.refuse("hand_to_staff", "kim", key, **given), "nobody gives herself a key"
    assert "Section B" in book.refuse("hand_to_staff", "max", key, holder="kim",
                                      authority_form=book.day())  # fmt: skip
    book.write("hand_to_staff", "max", key, **given)
    book.forward(365 - 28)
    assert book.told() == [("manager",)]
    book.forward(28)
    assert book.records[key].late == ("authority",)
    book.world.unread.clear()
    book.write("renew_authority", "max", key, authority_form=book.day())
    assert book.records[key].late == ()
    assert book.refuse("give_back", "kim", key)
    book.write("give_back", "kim", key, received_by="Mrs A Client", received=book.day())
    assert book.records[key].due == ()


@story("CT-5.3", proves=("review:keys-held",), policy=CT)
def test_every_year_somebody_looks_at_who_holds_which_keys(world: World) -> None:
    book = Ledger(world)
    duty = book.begin("keys-held").id
    book.forward(364)
    assert book.told() == []
    book.forward(3)
    assert book.told() == [("manager",)] * 3
    assert book.records[duty].state == "due"
    book.write("done", "max", duty, note="two given back")
    assert book.records[duty].acts[-1].by == "max"


@story("CT-5.4", proves=("register:key", "instruction:emergency-key"), policy=CT)
def test_a_key_taken_in_an_emergency(world: World) -> None:
    book = Ledger(world)
    for name in ("how_back", "back_by", "holder"):
        assert "is missing" in book.refuse("take_in_emergency", **_emergency(book, **{name: ""}))
    for name in ("manager_spoken", "consent"):
        assert "is missing" in book.refuse("take_in_emergency", **_emergency(book, **{name: ""}))
    assert "no manager" in book.refuse(
        "take_in_emergency", **_emergency(book, manager_spoken="lee")
    )
    key = book.write("take_in_emergency", **_emergency(book)).id
    assert book.told() == [("manager",)]
    book.forward(1)
    assert book.told() == [("manager", "kim")]
    assert "section A" not in book.refuse("agree", "kim", key, authority_form=book.day())
    book.write("agree", "max", key, authority_form=book.day())
    shown = instructions(world.policy, "command:write_record")
    assert any("CT-5.4" in row.clause and "how the key goes back" in row.text for row in shown)


@story("CT-5.4", policy=CT)
def test_an_emergency_is_recorded_even_where_nobody_could_be_asked(world: World) -> None:
    book = Ledger(world)
    alone = _emergency(book, manager_spoken="", consent="", why_not="no signal, she was faint")
    assert book.write("take_in_emergency", **alone).state == "emergency"
    assert book.told() == [("manager",)]


@story("CT-5.5", proves=("on:key_gone", "task:key-incident-report", "task:key-insurers",
                         "task:key-police"), policy=CT)  # fmt: skip
def test_a_key_that_is_gone_is_told_at_once_with_what_must_be_done(world: World) -> None:
    book = Ledger(world)
    key = _key(book)
    book.write("report_lost", "kim", key, note="on the bus")
    world.expect_page("manager", "key_gone")
    alarm = world.alarm("key_gone")
    assert alarm.why == "A client's key is lost or stolen (CT-5.5), coded label K7"
    assert alarm.ladder.id == "key-gone"
    assert {task.id for task in alarm.tasks} == {
        "key-incident-report", "key-insurers", "key-police",
    }  # fmt: skip
    world.command("acknowledge", "max", alarm="key_gone")
    for task in ("key-incident-report", "key-insurers"):
        world.command("do_task", "max", alarm="key_gone", task=task)
    world.refuse("resolve", "max", alarm="key_gone", outcome="locks changed", note="x", spoke=True)
    world.command("do_task", "max", alarm="key_gone", task="key-police", reference="CAD 9")
    world.command("resolve", "max", alarm="key_gone", outcome="locks changed", note="x",
                  spoke=True)  # fmt: skip
    assert book.refuse("found", "kim", key, note="under the seat")
    book.write("found", "max", key, note="under the seat")


# Badges.


@story("CT-6", proves=("register:badge",), policy=CT)
def test_a_badge_lasts_36_months_at_most_and_is_renewed_before(world: World) -> None:
    book = Ledger(world)
    given = {"kind": "badge", "about": "kim", "number": "B1", "issued": "2026-10-01"}
    assert "36 months" in book.refuse("issue", "max", expires="2029-10-02", **given)
    assert "before it is issued" in book.refuse("issue", "max", expires="2026-10-01", **given)
    assert book.refuse("issue", "kim", expires="2029-10-01", **given), "nobody issues her own"
    badge = book.write("issue", "max", expires="2029-10-01", **given)
    (due,) = badge.due
    assert due.timer == "renew"
    book.forward(36 * 30)
    assert book.told()[0] == ("manager", "kim")
    book.write("renew", "max", badge.id, number="B2", issued=book.day(), expires=book.day(1000))
    world.unread.clear()
    book.forward(100)
    assert book.told() == []


@story("CT-6", proves=("register:badge",), policy=CT)
def test_a_lost_badge_is_told_at_once_a_stolen_one_goes_to_the_police(world: World) -> None:
    book = Ledger(world)
    badge = book.write("issue", "max", kind="badge", about="kim", number="B1", issued=book.day(),
                       expires=book.day(900)).id  # fmt: skip
    book.write("report_lost", "kim", badge)
    assert book.told() == [("manager",)]
    book.write("report_stolen", "kim", badge)
    assert book.told() == [("manager",)]
    book.forward(1)
    assert "police" in {due.timer for due in book.records[badge].due}
    assert book.told()
    assert "missing" in book.refuse("tell_police", "max", badge)
    book.write("tell_police", "max", badge, police_reference="CAD 11")
    assert "police" not in {due.timer for due in book.records[badge].due}
    assert book.refuse("give_back", "kim", badge, received_by="max")
    book.write("give_back", "max", badge, received_by="max")


@story("CT-6", proves=("review:badges-seen",), policy=CT)
def test_badges_are_looked_at(world: World) -> None:
    book = Ledger(world)
    book.begin("badges-seen")
    book.forward(200)
    assert ("manager",) in book.told()
