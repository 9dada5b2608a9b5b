"""A pendant's last day: renewed, and told of in time to whoever is in charge."""

from hub.engine.renewal import DAY_MS
from tests.hub.house import House


def log_kinds(house: House) -> list[str]:
    return [row.kind for row in house.reader.log_rows(limit=10_000)]


def test_whoever_is_in_charge_is_told_sixty_and_fourteen_days_before_and_on_the_day(
    house: House,
) -> None:
    until_ms = house.now_ms + 100 * DAY_MS
    for name in ("p-ada", "p-bea"):
        house.must("renew_pendant", "setup", pendant=name, valid_until_ms=until_ms)
    told: list[tuple[int, set[str]]] = []
    for _ in range(101):
        had = {page.id for page in house.reader.pages()}
        house.forward(DAY_MS)
        new = [p for p in house.reader.pages() if p.id not in had and "renewed" in p.subject]
        if new:
            assert all("p-ada" in page.body and "p-bea" in page.body for page in new), "one page"
            told.append(((until_ms - house.now_ms) // DAY_MS, {page.person for page in new}))
    assert [days for days, _ in told] == [60, 14, 0]
    assert all("mia" in who for _, who in told), told
    assert log_kinds(house).count("renewal_due") == 3


def test_what_is_renewed_or_revoked_in_time_is_not_told_of(house: House) -> None:
    until_ms = house.now_ms + 61 * DAY_MS
    for name in ("p-ada", "p-bea"):
        house.must("renew_pendant", "setup", pendant=name, valid_until_ms=until_ms)
    house.must("renew_pendant", "setup", pendant="p-ada", valid_until_ms=until_ms + 700 * DAY_MS)
    house.must("revoke_pendant", "setup", pendant="p-bea")
    for _ in range(64):
        house.forward(DAY_MS)
    assert "renewal_due" not in log_kinds(house)
    assert "deadline_stuck" not in log_kinds(house)


def test_a_warning_outlives_a_restart(house: House) -> None:
    house.must("renew_pendant", "setup", pendant="p-ada", valid_until_ms=house.now_ms + 61 * DAY_MS)
    again = house.kill(house.folder.parent / "again")
    again.now_ms = house.now_ms + 2 * DAY_MS
    again.engine.recover(again.now_ms)
    again.forward(1_000)
    assert log_kinds(again).count("renewal_due") == 1


def test_a_revoked_pendant_is_not_renewed_and_no_day_is_past(house: House) -> None:
    assert not house.ask("renew_pendant", "setup", pendant="p-ada", valid_until_ms=1).ok
    assert not house.ask("renew_pendant", "setup", pendant="p-none", valid_until_ms=0).ok
    house.must("revoke_pendant", "setup", pendant="p-ada", state="expired")
    house.must("renew_pendant", "setup", pendant="p-ada", valid_until_ms=house.now_ms + DAY_MS)
    (ada, _) = house.reader.pendants()
    assert ada.state == "active"
    house.must("revoke_pendant", "setup", pendant="p-ada")
    done = house.ask("renew_pendant", "setup", pendant="p-ada", valid_until_ms=0)
    assert not done.ok
    assert house.reader.pendants()[0].state == "revoked"
