"""Registers on the screen: lists, forms from the declarations, signatures, what is closed."""

import re
from html import unescape

import pytest

from hub.registers.declare import NEW
from hub.registers.kinds import REGISTERS
from tests.hub.web.conftest import by
from tests.hub.web.house import Browser, House

CODE = "4711-secret"
ADDRESS = "12 Example Road"


def everything(house: House) -> str:
    """All that the database holds of what was said, as text."""
    rows = house.store.all("SELECT body FROM payload")
    reasons = house.store.all("SELECT reason FROM log")
    return " ".join(str(row[0]) for row in (*rows, *reasons))


@pytest.mark.parametrize("kind", sorted(REGISTERS))
def test_every_register_has_its_list_and_the_forms_that_begin_a_record(
    house: House, ben: Browser, kind: str
) -> None:
    page = unescape(ben.get(f"/registers/{kind}").text)
    register = REGISTERS[kind]
    assert register.title in page
    for verb in register.verbs_in(NEW):
        url = f"/registers/{kind}/new?verb={verb.name}"
        if register.automatic:
            assert ben.get(url).status_code == 404
            continue
        assert url in page
        form = ben.get(url).text
        assert f'action="/registers/{kind}/{verb.name}"' in form
        for need in verb.needs:
            for name in need.split("|"):
                assert verb.who == "herself" or f'name="{name}"' in form, (kind, verb.name, name)
    assert ben.get("/registers/diary").status_code == 404


@by("sutton-cypl")
@pytest.mark.clause("SU-incident")
def test_an_incident_is_written_signed_by_a_manager_and_not_by_who_wrote_it(
    house: House, ben: Browser, ruth: Browser
) -> None:
    answer = ben.submit("/registers/incident/new", "write", what="A dog bit her",
                        happened="2026-11-23", worker="asha", near_miss="yes")  # fmt: skip
    assert answer.status_code == 303, unescape(answer.text)
    (record,) = house.reader.records("incident")
    page = f"/records/{record.id}"
    assert page in ben.get("/registers/incident").text
    assert f"{page}/sign" not in ben.get(page).text, "only who signs is offered to sign"
    answer = ruth.submit(page, "sign", actions="Muzzle agreed", debrief="2026-11-23")
    assert answer.status_code == 303, unescape(answer.text)
    shown = unescape(ruth.get(page).text)
    assert "Muzzle agreed" in shown
    assert "Sign, with mitigating actions, Ruth Hale" in shown


@pytest.mark.clause("HM-12", "HM-13")
def test_the_five_questions_are_the_procedures_own(house: House, ruth: Browser) -> None:
    row = house.policy.register["incident"]
    assert len(row.questions) == 5
    record = house.record("ben", "incident", "write", what="shouting", happened="2026-11-23")
    shown = unescape(ruth.get(f"/records/{record}").text)
    for question in row.questions:
        assert question in shown
    assert shown.count('name="answer_') == 5
    answers = {f"answer_{number}": f"because {number}" for number in range(1, 6)}
    assert ruth.submit(f"/records/{record}", "answer", **answers).status_code == 303
    found = house.reader.record(record)
    assert found is not None
    assert found.fields["answer_5"] == "because 5"


@by("carers-trust-d06b")
@pytest.mark.clause("CT-4.4")
def test_an_entry_code_is_shown_once_after_a_click_and_stands_nowhere(
    house: House, ben: Browser, ruth: Browser, asha: Browser
) -> None:
    answer = ruth.submit("/registers/entry-code/new", "write", client="c17", what="front",
                         code=CODE)  # fmt: skip
    assert answer.status_code == 303, unescape(answer.text)
    (record,) = house.reader.records("entry-code")
    page = f"/records/{record.id}"
    house.plan("asha", "c17")
    for browser in (ben, ruth, asha):
        for url in (page, "/registers/entry-code", "/registers"):
            shown = browser.get(url).text
            assert CODE not in shown
            assert ADDRESS not in shown
    answer = ben.submit_plain(page, "show_code")
    assert answer.status_code == 200
    assert CODE in answer.text
    assert ADDRESS not in answer.text, "never beside the address"
    assert "no-store" in answer.headers["cache-control"]
    assert CODE not in ben.get(page).text, "once"
    assert CODE not in everything(house)
    looks = house.store.all("SELECT by FROM log WHERE kind = 'write_record' ORDER BY seq")
    assert looks[-1][0] == "ben", "who looked is on the record"


@by("carers-trust-d06b")
@pytest.mark.clause("CT-4.4")
def test_who_has_nothing_to_do_there_is_not_shown_the_code(
    house: House, ruth: Browser, asha: Browser
) -> None:
    ruth.submit("/registers/entry-code/new", "write", client="c04", what="back", code=CODE)
    (record,) = house.reader.records("entry-code")
    answer = asha.post(f"/records/{record.id}/show_code")
    assert answer.status_code == 403 or answer.status_code == 409
    assert CODE not in answer.text


@by("carers-trust-d06b")
@pytest.mark.clause("CT-5.2")
def test_the_list_of_keys_names_no_client_beside_the_label(house: House, ben: Browser) -> None:
    answer = ben.submit(
        "/registers/key/new", "register", client="c17", label="Heron 7", authority_form="2026-11-01"
    )
    assert answer.status_code == 303, unescape(answer.text)
    page = unescape(ben.get("/registers/key").text)
    assert "Heron 7" in page
    for told in ("C17", "Heavitree", "Jo Client", ADDRESS):
        assert told not in page
    (record,) = house.reader.records("key")
    url = f"/records/{record.id}"
    assert ben.submit(url, "sign_out", holder="asha", back_by="2026-11-24").status_code == 303
    page = unescape(ben.get("/registers/key").text)
    assert "signed out: <b>Asha Patel</b>" in page
    assert ben.submit(url, "sign_in").status_code == 303


@by("derbyshire-childrens-services")
@pytest.mark.clause("DC-contacts")
def test_next_of_kin_is_closed_to_others_and_each_look_is_on_the_record(
    house: House, ben: Browser, ruth: Browser, asha: Browser, marek: Browser
) -> None:
    answer = asha.submit("/registers/next-of-kin/new", "write", worker="asha", name="Her mother",
                         number="01392 555999")  # fmt: skip
    assert answer.status_code == 303, unescape(answer.text)
    (record,) = house.reader.records("next-of-kin")
    page = f"/records/{record.id}"
    assert "01392 555999" in asha.get(page).text
    assert "01392 555999" in ruth.get(page).text
    assert marek.get(page).status_code == 404
    assert "Her mother" not in marek.get("/registers/next-of-kin").text
    house.ask("turn", "")
    looks = house.store.all("SELECT by, worker FROM log WHERE kind = 'looked' AND worker = 'asha'")
    assert ("ruth", "asha") in looks


@by("carers-trust-d06b")
@pytest.mark.clause("CT-10")
def test_she_signs_for_herself_what_she_has_read(house: House, asha: Browser) -> None:
    house.ask("add_person", "", id="asha", job_title="Support worker")
    form = unescape(asha.get("/registers/acceptance/new").text)
    for known in ("Asha Patel", "Support worker", house.policy.title):
        assert f'value="{known}"' in form
    filled = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    answer = asha.submit("/registers/acceptance/new", "sign",
                         **{name: filled[name] for name in ("title", "reference", "printed_name",
                                                            "job_title", "read_on")})  # fmt: skip
    assert answer.status_code == 303, unescape(answer.text)
    (record,) = house.reader.records("acceptance")
    assert (record.worker, record.acts[0].by) == ("asha", "asha")


@by("carers-trust-d06b")
@pytest.mark.clause("CT-4.2")
def test_a_forbidden_way_in_is_refused_with_the_reason(house: House, ben: Browser) -> None:
    answer = ben.submit("/registers/assessment/new", "write", client="c17", found="a step",
                        assessed_on="2026-11-20", assessors="ben",
                        way_in="key-with-neighbours")  # fmt: skip
    assert answer.status_code == 409
    assert "a step" in answer.text, "what was typed is kept"
    assert house.reader.records("assessment") == ()


@by("carers-trust-d06b")
@pytest.mark.clause("CT-5.5")
def test_a_lost_key_is_told_at_once(house: House, ben: Browser) -> None:
    key = house.record(
        "ben", "key", "register", about="c17", label="Heron 7", authority_form="2026-11-01"
    )
    assert ben.submit(f"/records/{key}", "report_lost").status_code == 303
    alarm = house.alarm("key_gone")
    assert alarm.state == "open"
    assert "A key is lost or stolen" in ben.get("/").text
    page = unescape(ben.get(f"/alarms/{alarm.id}").text)
    assert f"{alarm.why}.</p>" in page and "coded label Heron 7.</p>" in page
    assert 'id="read-999"' not in page, "nobody is in danger"
    assert key not in alarm.why


@by("sutton-cypl")
@pytest.mark.clause("SU-board")
def test_who_is_away_stands_on_the_board_with_the_day_of_return(house: House, ben: Browser) -> None:
    for worker, sort, back in (("asha", "course", "2026-11-25"), ("marek", "sick", "2026-11-30")):
        answer = ben.submit("/registers/absence/new", "write", worker=worker, sort=sort,
                            first_day="2026-11-23", back_on=back, note="")  # fmt: skip
        assert answer.status_code == 303, unescape(answer.text)
    board = unescape(ben.get("/").text)
    assert '<b class="chip">C</b> <b>Asha Patel</b> on a course, back Wed 25 Nov' in board
    assert "<b>Marek Nowak</b> on sick leave, back Mon 30 Nov" in board
    house.clock.advance(3 * 86_400_000)
    house.ask("turn", "")
    assert "on a course, was to be back on Wed 25 Nov" in unescape(ben.get("/").text)


def test_what_is_due_is_counted_and_stands_first(house: House, ben: Browser) -> None:
    house.record("ben", "action", "write", what="Mend the lock", owner="ruth",
                 by_day="2026-11-24")  # fmt: skip
    house.clock.advance(2 * 86_400_000)
    house.ask("turn", "")
    page = unescape(ben.get("/registers").text)
    assert "▲ 1 due" in page
    assert page.index("Actions") < page.index("Keys")
    listed = unescape(ben.get("/registers/action").text)
    assert '<span class="enh">▲ is to be done, since 24 Nov 2026</span>' in listed
