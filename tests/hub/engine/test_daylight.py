"""After dark and out of hours, held against the almanac and the calendar of real days."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hub.engine.daylight import Place, is_dark, place_of_zone
from hub.engine.hours import is_out_of_hours, midnight_ms
from hub.policy.model import Hours

EXETER = Place(50.7236, -3.5275)
TROMSO = Place(69.6492, 18.9553)
SUVA = Place(-18.1416, 178.4419)
LONDON = "Europe/London"


def at(text: str, zone: str = LONDON) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.clause("SU-report")
@pytest.mark.parametrize(
    ("start", "end", "dark"),
    [
        # 21 December 2026: sunrise 08:12, sunset 16:13 GMT.
        ("2026-12-21T08:00", "2026-12-21T09:00", True),
        ("2026-12-21T08:20", "2026-12-21T16:00", False),
        ("2026-12-21T15:30", "2026-12-21T16:20", True),
        # 21 June 2026: sunrise 05:00, sunset 21:33 BST. By GMT's clock it would be dark at 21:20.
        ("2026-06-21T05:10", "2026-06-21T21:20", False),
        ("2026-06-21T20:30", "2026-06-21T21:45", True),
        ("2026-06-21T04:30", "2026-06-21T05:30", True),
        # The clocks go back on 25 October 2026: sunset 18:05 BST the day before, 17:03 GMT on it.
        ("2026-10-24T17:00", "2026-10-24T17:45", False),
        ("2026-10-25T17:00", "2026-10-25T17:45", True),
        # The clocks go forward on 28 March 2027: sunset 18:38 GMT the day before, 19:40 BST on it.
        ("2027-03-27T18:20", "2027-03-27T19:20", True),
        ("2027-03-28T18:20", "2027-03-28T19:20", False),
        # A whole night in between, and a leap day.
        ("2026-06-21T12:00", "2026-06-22T11:00", True),
        ("2028-02-29T17:00", "2028-02-29T17:40", False),
        ("2028-02-29T17:30", "2028-02-29T18:15", True),
    ],
)
def test_exeter_by_the_sun(start: str, end: str, dark: bool) -> None:
    assert is_dark(EXETER, at(start), at(end)) is dark


def test_the_client_may_live_where_the_sun_is_up_longer() -> None:
    """Lerwick has nearly two hours more of a June evening than Exeter has, and less in December."""
    lerwick = Place(60.155, -1.145)
    june, december = at("2026-06-21T22:10"), at("2026-12-21T15:20")
    assert (is_dark(EXETER, june, june), is_dark(lerwick, june, june)) == (True, False)
    assert (is_dark(EXETER, december, december), is_dark(lerwick, december, december)) == (
        False,
        True,
    )


def test_where_the_sun_does_not_set_and_where_it_does_not_rise() -> None:
    zone = "Europe/Oslo"
    assert not is_dark(TROMSO, at("2026-06-21T00:00", zone), at("2026-06-21T23:00", zone))
    assert is_dark(TROMSO, at("2026-12-21T11:30", zone), at("2026-12-21T12:00", zone))


def test_a_day_that_two_dates_of_greenwich_share() -> None:
    zone = "Pacific/Fiji"
    assert not is_dark(SUVA, at("2026-06-21T11:30", zone), at("2026-06-21T12:30", zone))
    assert is_dark(SUVA, at("2026-06-21T17:00", zone), at("2026-06-21T18:30", zone))


def test_a_zone_has_a_place_of_its_own() -> None:
    london = place_of_zone(LONDON)
    assert (round(london.latitude, 1), round(london.longitude, 1)) == (51.5, -0.1)
    fiji = place_of_zone("Pacific/Fiji")
    assert (round(fiji.latitude), round(fiji.longitude)) == (-18, 178)
    assert round(place_of_zone("UTC").latitude) == 51


OFFICE = Hours(opens_min=9 * 60, closes_min=17 * 60 + 30, closed=("2026-12-25",))


@pytest.mark.clause("SU-ooh", "DC-ooh")
@pytest.mark.parametrize(
    ("start", "end", "out"),
    [
        ("2026-11-20T09:00", "2026-11-20T17:30", False),
        ("2026-11-20T17:00", "2026-11-20T17:31", True),
        ("2026-11-20T08:59", "2026-11-20T10:00", True),
        ("2026-11-21T10:00", "2026-11-21T11:00", True),  # a Saturday
        ("2026-12-25T10:00", "2026-12-25T11:00", True),  # closed
        ("2026-12-24T10:00", "2026-12-24T11:00", False),
        ("2026-11-19T16:00", "2026-11-20T10:00", True),  # over the night
        # The same moment of Greenwich: in hours in summer, out of them in winter.
        ("2026-06-22T09:10", "2026-06-22T10:00", False),
    ],
)
def test_office_hours_by_the_clock_on_the_wall(start: str, end: str, out: bool) -> None:
    assert is_out_of_hours(OFFICE, LONDON, at(start), at(end)) is out


def test_summer_time_moves_the_office_with_the_clock() -> None:
    summer, winter = at("2026-06-22T08:15", "UTC"), at("2026-11-23T08:15", "UTC")
    hour = 3_600_000
    assert not is_out_of_hours(OFFICE, LONDON, summer, summer + hour)
    assert is_out_of_hours(OFFICE, LONDON, winter, winter + hour)


def test_an_office_that_never_closes_has_no_out_of_hours() -> None:
    always = Hours(0, 24 * 60, (1, 2, 3, 4, 5, 6, 7))
    assert not is_out_of_hours(always, LONDON, at("2026-11-21T22:00"), at("2026-11-22T03:00"))
    until_midnight = at("2026-11-21T22:00"), at("2026-11-22T00:00")
    assert not is_out_of_hours(always, LONDON, *until_midnight)


@pytest.mark.clause("HM-4.1.2")
def test_the_day_before_begins_at_its_own_midnight() -> None:
    """On a day of 25 hours too: the clocks go back on 25 October 2026."""
    monday = at("2026-10-26T09:00")
    assert midnight_ms(LONDON, monday, 1) == at("2026-10-25T00:00")
    assert midnight_ms(LONDON, monday) - midnight_ms(LONDON, monday, 1) == 25 * 3_600_000
