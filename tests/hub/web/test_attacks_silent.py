"""Pages about something else that could make a telephone ring into a silent alarm.

Rule: while a silent alarm about her or her pair is open, no page offers her lines or the client's
as links, whatever alarm or visit the page is of (P2).
"""

from html import unescape

import pytest

from protocol.messages import Duress, SosAborted
from tests.hub.web.house import Browser, House


def offered(page: str) -> str:
    """The page up to the tracker, who may be rung: hers and the client's lines stand before."""
    return unescape(page).partition("Tracker: ")[0]


@pytest.mark.clause("HM-5.1")
def test_another_alarm_of_hers_offers_no_line_while_a_silent_one_is_open(
    house: House, ben: Browser
) -> None:
    house.inside()
    house.press(SosAborted, gesture="sos-let-go", held_ms=1_200)
    other = house.alarm("sos_aborted").id
    assert "tel:" in offered(ben.get(f"/alarms/{other}").text)
    house.press(Duress, gesture="chord")
    page = ben.get(f"/alarms/{other}").text
    assert "tel:" not in offered(page)
    assert 'value="client-landline"' not in page
    assert "SILENT: do not ring her" in ben.get(f"/alarms/{other}/999").text


@pytest.mark.clause("HM-5.1")
def test_another_visit_of_her_pair_offers_no_line_while_a_silent_alarm_is_open(
    house: House, ben: Browser
) -> None:
    both = house.plan("asha,marek")
    for worker, name in (("asha", "Asha Patel"), ("marek", "Marek Nowak")):
        house.ask("confirm_arrival", "ben", visit=both, worker=worker, place="C17", name=name,
                  departure_contact="ben")  # fmt: skip
    later = house.plan("marek", start_ms=house.clock.now_ms() + 7_200_000,
                       end_ms=house.clock.now_ms() + 10_800_000)  # fmt: skip
    house.press(Duress, gesture="chord")
    page = ben.get(f"/visits/{later}").text
    assert "Blocked: a silent alarm is open" in unescape(page)
    assert "tel:" not in offered(page)
