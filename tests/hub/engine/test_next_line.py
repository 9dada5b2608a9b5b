"""A page says on which line she is tried next: never a number, and nothing in a silent alarm."""

from tests.hub.house import HOUR_MS, MINUTE_MS, House


def _bodies(house: House, about: str) -> list[str]:
    return [page.body for page in house.reader.pages() if about in page.subject]


def _unanswered(house: House) -> str:
    visit = house.inside()
    house.forward(HOUR_MS)
    return visit


def test_the_page_names_the_line_that_comes_next(house: House) -> None:
    visit = _unanswered(house)
    assert "Call her on her work mobile." in _bodies(house, "no contact at the expected")[-1]
    for means, following in (
        ("work-mobile", "on the client's mobile"),
        ("client-mobile", "on the client's landline"),
        ("client-landline", "on her own mobile"),
    ):
        house.must("record_contact", "tom", visit=visit, worker="ada", means=means,
                   result="no-answer")  # fmt: skip
        house.forward(20 * MINUTE_MS)
        body = house.reader.pages()[-1].body
        assert f"Call her {following}." in body
        assert "07700" not in body


def test_without_her_consent_her_own_mobile_is_no_line(house: House) -> None:
    house.must("add_person", "setup", id="ada", own_mobile_consent=False)
    visit = _unanswered(house)
    for means in ("work-mobile", "client-mobile", "client-landline"):
        house.must("record_contact", "tom", visit=visit, worker="ada", means=means,
                   result="no-answer")  # fmt: skip
    house.forward(20 * MINUTE_MS)
    assert not any("own mobile" in page.body for page in house.reader.pages())


def test_in_a_silent_alarm_no_line_is_named(house: House) -> None:
    visit = house.inside()
    house.must("report_danger", "tom", visit=visit, worker="ada", how="coded-phrase")
    house.forward(HOUR_MS)
    bodies = [page.body for page in house.reader.pages()]
    assert any("Silent: do not call her" in body for body in bodies)
    after = [body for body in bodies if "Silent" in body]
    assert not any("Call her on" in body for body in after)
    assert "Call her on" not in house.reader.pages()[-1].body
