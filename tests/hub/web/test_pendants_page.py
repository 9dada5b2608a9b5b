"""What the screens say of a pendant: its last day, its battery, what it refused, its owner."""

import re
from html import unescape

from hub.engine.renewal import DAY_MS
from protocol.messages import Beat, Duress, LastGasp, SosPressed
from tests.hub.web.house import Browser, House
from tests.hub.web.test_alarms import banner


def renew(house: House, in_days: float, worker: str = "asha") -> None:
    until_ms = house.clock.now_ms() + int(in_days * DAY_MS)
    house.ask("renew_pendant", "", pendant=f"p-{worker}", valid_until_ms=until_ms)


def heard(house: House) -> None:
    """A beat, and it stands in the row."""
    house.press(Beat, battery_pct=77, signal_pct=60, dropped=0, refused=4, open=[])
    while not house.reader.pendants()[0].refused:
        house.inbox.ask("turn", "")


def line(page: str, name: str = "p-asha") -> str:
    """Its line on the pendants' page."""
    found = re.search(rf"<tr>(?:(?!</tr>).)*{name}(?:(?!</tr>).)*</tr>", page, re.DOTALL)
    assert found, f"no {name}"
    return unescape(found[0])


def notices(page: str) -> str:
    return " ".join(unescape(each) for each in re.findall(r'<p class="notice[^"]*".*?</p>', page))


def test_a_pendants_last_day_is_told_of_before_it_stands_in_the_way(
    house: House, ben: Browser
) -> None:
    heard(house)
    page = ben.get("/pendants").text
    assert "for ever" in line(page)
    assert "to be renewed" not in page
    renew(house, 59)
    page = ben.get("/pendants").text
    assert ", to be renewed by" in line(page)
    assert "▲" not in line(page), "two months are no trouble"
    assert "To be renewed by" not in page, "and nothing for the top of every page"
    renew(house, 13)
    page = ben.get("/pendants").text
    assert "▲" in line(page)
    assert "To be renewed by" in ben.get("/").text
    renew(house, 0.01)
    house.advance(60)
    page = ben.get("/pendants").text
    assert ", past its date" in line(page)
    assert ": its SOS counts, no visit begins with it" in line(page)
    assert "Past its date, no visit begins with it: pendant p-asha. Renew it." in ben.get("/").text


def test_what_a_pendant_refused_is_counted(house: House, ben: Browser) -> None:
    heard(house)
    assert 'data-label="Refused">4</td>' in line(ben.get("/pendants").text)
    assert 'data-label="Refused">none</td>' in line(ben.get("/pendants").text, "p-marek")


def test_an_sos_from_a_pendant_past_its_date_is_marked_wherever_it_stands(
    house: House, ben: Browser
) -> None:
    house.inside()
    renew(house, 0.01)
    house.advance(20)
    house.press(SosPressed, gesture="sos-hold")
    alarm = house.alarm("sos").id
    for page in ("/", "/wall", f"/alarms/{alarm}"):
        said = banner(ben.get(page).text)
        assert "SOS, pendant past its date, Asha Patel" in said
        assert "Pendant p-asha of Asha Patel is past its date: its SOS counts all the same." in said
        assert 'data-sounds="1"' in said
    assert "pendant past its date" in ben.get(f"/alarms/{alarm}/999").text
    row = unescape(ben.get("/").text).split('class="dev')[1].split("</div>")[0]
    assert "past its date" in row, "in her row too"


def test_an_sos_from_a_revoked_pendant_says_whose_it_was(house: House, ben: Browser) -> None:
    house.inside()
    house.ask("revoke_pendant", "", pendant="p-asha")
    assert "Her pendant was taken from her" in ben.get("/").text
    house.press(SosPressed, gesture="sos-hold")
    alarm = house.alarm("unverified_sos").id
    said = unescape(ben.get(f"/alarms/{alarm}").text)
    assert "SOS, revoked pendant, Asha Patel" in said
    assert "Revoked pendant p-asha of Asha Patel: whoever has it pressed, perhaps she." in said
    assert "Its holder is not trusted. Nobody has answered yet." in said
    assert "It could not be verified" not in said


def test_a_silent_sign_from_a_revoked_pendant_is_hidden_from_her(
    house: House, ben: Browser, asha: Browser
) -> None:
    house.inside()
    house.ask("revoke_pendant", "", pendant="p-asha")
    house.press(Duress, gesture="chord")
    alarm = house.alarm("unverified_sos").id
    assert "Silent sign, revoked pendant" in ben.get(f"/alarms/{alarm}").text
    for page in ("/", "/pendants", "/wall"):
        assert "Silent sign" not in asha.get(page).text
        assert "Revoked pendant p-asha" not in asha.get(page).text


def test_a_battery_that_has_ended_stands_in_her_row_and_asks(house: House, ben: Browser) -> None:
    house.inside()
    house.press(LastGasp, battery_pct=1)
    house.alarm("battery_ended")
    page = ben.get("/").text
    assert (
        "Her pendant&#39;s battery has ended" in page or "Her pendant's battery has ended" in page
    )
    assert re.search(r"battery ended at \d\d:\d\d: it says no more", unescape(page))
