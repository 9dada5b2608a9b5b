"""Deep sleep: what would be slept through, and a waking press that nobody reads."""

from simulator.storm.seen import Erased, Kept, Powered, Pressed, Sight, Slept
from tests.simulator.storm.evidence_rig import ADA, BOOT, T0, broken, made

NAME = "nothing-is-slept-through"


def sleeps(at_ms: int) -> list[Sight]:
    return [Powered(T0 + at_ms, ADA, False), Slept(T0 + at_ms, ADA, True)]


def wakes(at_ms: int) -> list[Sight]:
    return [Slept(T0 + at_ms, ADA, False), Powered(T0 + at_ms, ADA, True)]


def test_asleep_with_something_on_the_flash_is_slept_through() -> None:
    for kind in ("e", "o"):
        name = f"{kind}-{BOOT}-7"
        kept, erased = Kept(T0 + 900, ADA, name), Erased(T0 + 5_000, ADA, name)
        assert broken(NAME, made([kept, *sleeps(9_000)]))
        assert broken(NAME, made([kept, erased, *sleeps(9_000)])) == []
    others: list[Sight] = [Kept(T0 + 900, ADA, "phase"), Kept(T0 + 950, ADA, f"c-{BOOT}-7")]
    assert broken(NAME, made([*others, *sleeps(9_000)])) == []


def pressed(gesture: str) -> Pressed:
    return Pressed(T0 + 20_000, ADA, gesture, T0 + 20_300)


def test_a_waking_press_that_is_never_kept_is_found_when_it_sleeps_again() -> None:
    night: list[Sight] = [*sleeps(9_000), pressed("a-short"), *wakes(20_700)]
    again = sleeps(60_000)
    assert broken(NAME, made([*night, *again]))
    kept = Kept(T0 + 21_500, ADA, f"e-{BOOT}-2")
    gone = Erased(T0 + 22_000, ADA, f"e-{BOOT}-2")
    assert broken(NAME, made([*night, kept, gone, *again])) == []
    assert broken(NAME, made(night)) == [], "still awake: it may yet come"


def test_what_may_be_over_while_the_chip_starts_need_not_be_read() -> None:
    for gesture in ("sos-stabs", "sos-let-go"):
        sights: list[Sight] = [*sleeps(9_000), pressed(gesture), *wakes(20_700), *sleeps(60_000)]
        assert broken(NAME, made(sights)) == []


def test_power_that_goes_takes_a_press_along() -> None:
    cut: list[Sight] = [Powered(T0 + 21_000, ADA, False), Powered(T0 + 22_000, ADA, True)]
    night: list[Sight] = [*sleeps(9_000), pressed("a-short"), *wakes(20_700), *cut]
    assert broken(NAME, made([*night, *sleeps(60_000)])) == []


def test_a_press_of_one_that_is_awake_is_not_about_sleep() -> None:
    assert broken(NAME, made([pressed("a-short"), *sleeps(60_000)])) == []
