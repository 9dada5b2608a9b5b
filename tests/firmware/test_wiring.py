"""docs/building.md and docs/wiring.svg show the pins that the board's module uses."""

from xml.etree import ElementTree

from tests.firmware.wiring import DRAWING, HEADERS, PAGE, drawing, made, pins, place


def test_the_page_and_the_drawing_show_the_pins_of_the_firmware() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert made(page) == page, "run python -m tests.firmware.wiring"
    assert DRAWING.read_text(encoding="utf-8") == drawing(), "run python -m tests.firmware.wiring"
    for pin in pins().values():
        assert f"GPIO {pin}" in drawing()


def test_no_two_parts_share_a_pin_and_none_decides_how_the_chip_starts() -> None:
    found = pins()
    assert len(set(found.values())) == len(found)
    strapping, usb, memory = {0, 3, 45, 46}, {19, 20}, set(range(33, 38))
    assert not set(found.values()) & (strapping | usb | memory)


def test_what_must_wake_the_chip_or_be_held_is_an_rtc_pin() -> None:
    assert all(pins()[name] <= 21 for name in ("A", "D", "SOS", "motor"))
    assert 1 <= pins()["battery"] <= 10, "ADC1; the other one is the radio's"


def test_every_pin_is_on_a_header_and_each_header_has_22() -> None:
    assert {len(row) for row in HEADERS.values()} == {22}
    assert place(pins()["A"]) == "J1 4"
    assert place(pins()["battery"]) == "J3 4"


def test_the_drawing_is_one_that_a_browser_shows() -> None:
    root = ElementTree.fromstring(drawing())
    assert root.tag.endswith("svg")
    assert root.get("aria-label")
