"""An item is ticked by what happened, in its order, to one wearer."""

import pytest

from firmware.pendant.patterns import PATTERNS
from simulator.live.feed import Happening
from simulator.panel.tried import TRIES, Tried

BY_ID = {each.id: each for each in TRIES}


def tried(*happened: tuple[str, str, str]) -> Tried:
    made = Tried(["bea", "dai"])
    for source, what, who in happened:
        made.happened(Happening(source, what, who))
    return made


def test_nothing_is_ticked_before_anything_happened() -> None:
    assert [tried().met(each) for each in TRIES] == [0] * len(TRIES)


def test_an_sos_ticks_when_the_hub_has_it() -> None:
    stored = ("feel", "stored", "bea")
    assert tried(stored).met(BY_ID["sos"]) == 1
    assert tried(stored, ("feel", "hub-has-it", "bea")).met(BY_ID["sos"]) == 2


def test_two_wearers_do_not_add_up() -> None:
    done = tried(("feel", "stored", "bea"), ("feel", "hub-has-it", "dai"))
    assert done.met(BY_ID["sos"]) == 1


def test_the_order_counts() -> None:
    backwards = tried(("feel", "hub-has-it", "bea"), ("feel", "stored", "bea"))
    assert backwards.met(BY_ID["sos"]) == 1


@pytest.mark.parametrize("radio", ["cut", "half-open"])
def test_a_blackspot_is_walked_into_and_out_of(radio: str) -> None:
    steps = [
        ("step", f"network {radio}", "bea"),
        ("feel", "not-sent", "bea"),
        ("step", "network through", "bea"),
        ("feel", "hub-has-it", "bea"),
    ]
    assert tried(*steps).met(BY_ID["blackspot"]) == 4
    assert tried(*steps[1:]).met(BY_ID["blackspot"]) == 0


def test_what_happens_to_the_hub_is_everybodys() -> None:
    done = tried(
        ("process", "killed", "hub"),
        ("feel", "hub-lost", "dai"),
        ("process", "started", "hub"),
        ("feel", "hub-back", "dai"),
    )
    assert done.met(BY_ID["hub"]) == 4


def test_each_pattern_that_is_waited_for_exists() -> None:
    felt = {what for each in TRIES for source, what in each.steps if source == "feel"}
    assert felt <= set(PATTERNS)
