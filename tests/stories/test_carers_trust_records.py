"""Carers Trust D06b: the home, codes, reports and who has read it, as they are kept."""

from dataclasses import replace

from tests.stories.ledger import Ledger
from tests.stories.telling import story
from tests.stories.world import World

CT = "carers-trust-d06b"
ASSESSED = {"found": "a loose step", "assessors": "lee"}


# The home.


@story("CT-3", proves=("register:assessment",), policy=CT)
def test_an_assessment_is_signed_by_another_and_looked_at_every_year(world: World) -> None:
    book = Ledger(world)
    found = book.write("write", "lee", kind="assessment", about="client",
                       assessed_on=book.day(), **ASSESSED)  # fmt: skip
    assert "names to sign" in book.refuse("sign", "lee", found.id)
    book.forward(7)
    assert book.told() == [("manager",)]
    book.write("sign", "max", found.id)
    book.forward(365 - 7 - 29)
    assert book.told() == []
    book.forward(1)
    assert book.told() == [("manager",)]
    assert book.records[found.id].late == ()
    book.forward(28)
    assert len(book.told()) == 4
    assert book.records[found.id].late == ("review",)


@story("CT-3", "CT-8.4", proves=("register:action",), policy=CT)
def test_what_makes_it_safe_has_somebody_and_a_day_and_nags(world: World) -> None:
    book = Ledger(world)
    why = book.refuse("write", kind="action", what="rail on the steps")
    assert "Who does it: is missing" in why and "By: is missing" in why
    action = book.write("write", kind="action", what="rail on the steps", owner="lee",
                        by_day=book.day(5)).id  # fmt: skip
    book.forward(9)
    assert book.told() == [("manager", "lee")] * 3
    book.write("done", "lee", action, note="fitted")
    book.forward(30)
    assert book.told() == []


@story("CT-4.2", proves=("gate:way-in",), policy=CT)
def test_a_way_in_that_helps_a_thief_cannot_be_recorded(world: World) -> None:
    book = Ledger(world)
    given = {"kind": "assessment", "about": "client", "assessed_on": book.day(), **ASSESSED}
    for way in ("key-with-neighbours", "door-left-open", "key-outside", "key-on-string"):
        assert "help a thief" in book.refuse("write", "lee", way_in=way, **given)
    for note in ("key under the mat", "neighbour at 7 has it", "left unlocked"):
        assert "help a thief" in book.refuse("write", "lee", way_in="other", way_in_note=note,
                                             **given), note  # fmt: skip
    found = book.write("write", "lee", way_in="key-safe", **given).id
    assert "help a thief" in book.refuse("update", "lee", found, way_in="key-outside",
                                         assessed_on=book.day(), **ASSESSED)  # fmt: skip


@story("CT-4.4", proves=("register:entry-code",), policy=CT)
def test_a_code_is_kept_and_shown_by_need(world: World) -> None:
    book = Ledger(world)
    book.seen = replace(book.seen, secret=True)
    given = {"kind": "entry-code", "about": "client", "what": "side gate"}
    assert book.refuse("write", "kim", **given)
    code = book.write("write", "max", **given)
    assert "code" not in code.fields
    book.seen = replace(book.seen, secret=False)
    assert "visits this client" in book.refuse("show_code", "kim", code.id)
    book.seen = replace(book.seen, knows=True)
    assert book.write("show_code", "kim", code.id).acts[-1].by == "kim"
    book.forward(365)
    assert ("manager",) in book.told(), "an old code is asked about"


# Afterwards, and what was read.


@story("CT-8.4", "CT-5.5", proves=("register:incident",), policy=CT)
def test_an_incident_is_signed_by_a_manager_who_did_not_write_it(world: World) -> None:
    book = Ledger(world)
    report = book.write("write", "mona", kind="incident", client="client", worker="kim",
                        what="nobody answered; her son had taken her to hospital",
                        happened=book.day()).id  # fmt: skip
    for person in ("mona", "kim", "tess"):
        assert book.refuse("sign", person, report, actions="contacts updated")
    assert "Mitigating actions: is missing" in book.refuse("sign", "max", report)
    book.forward(4)
    assert len(book.told()) == 2
    book.write("sign", "max", report, actions="contacts updated", copies_to="social services")
    book.write("close", "max", report)
    book.forward(30)
    assert book.told() == []
    kept = world.policy.register["incident"]
    assert len(kept.copies) == 2 and kept.clause == ("CT-8.4", "CT-5.5")


@story("CT-8.3", proves=("register:contact",), policy=CT)
def test_whom_to_reach_is_on_file_by_kind_and_looked_at_every_year(world: World) -> None:
    book = Ledger(world)
    given = {"kind": "contact", "about": "client", "name": "Her son", "number": "01992 000000"}
    assert "none of family" in book.refuse("write", sort="friend", **given)
    book.write("write", sort="family", **given)
    book.forward(365)
    assert ("manager",) in book.told()


@story("CT-10", proves=("register:acceptance",), policy=CT)
def test_she_signs_for_herself_what_she_has_read(world: World) -> None:
    book = Ledger(world)
    given = {"title": "Security of the home", "reference": "D06b", "printed_name": "Kim Okoro",
             "job_title": "Care worker", "read_on": book.day()}  # fmt: skip
    why = book.refuse("sign", "max", kind="acceptance", about="kim", **given)
    assert "only the person whom it is about" in why
    for name in given:
        blank = {**given, name: " "}
        assert "missing" in book.refuse("sign", "kim", kind="acceptance", about="kim", **blank)
    signed = book.write("sign", "kim", kind="acceptance", about="kim", **given)
    assert signed.acts[0].by == "kim" and signed.terms == "carers-trust-d06b@1"
    book.forward(365)
    assert book.told()
