"""The storm's broker against mosquitto: the same history, the same sights for every client.

Rule: what the storm is to prove with its model of the broker holds only as far as these pass.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.devices.broker import BEATS_USER, EVENTS_USER, MAX_INFLIGHT, MAX_QUEUED
from protocol.topics import BEAT_FILTERS, EVENT_FILTERS
from tests.live.broker_lab import Client, Lab, told
from tests.live.model_lab import ModelLab
from tests.live.real_lab import RealLab

pytestmark = pytest.mark.live

SHIPPED = (MAX_INFLIGHT, MAX_QUEUED)
EVENT = "allswell/p-aa/up/event"
SOS = "allswell/p-aa/up/sos"
BEAT = "allswell/p-aa/up/beat"
EVENTS = [(each, 1) for each in EVENT_FILTERS]
BEATS = [(each, 0) for each in BEAT_FILTERS]

History = Callable[[Lab], list[Client]]


def hub(lab: Lab) -> Client:
    """The hub's session for events, present from now on."""
    client = lab.connect(EVENTS_USER)
    lab.subscribe(client, *EVENTS)
    return client


def publishes_while_away(lab: Lab) -> list[Client]:
    first = hub(lab)
    lab.drop(first)
    ada = lab.connect("p-aa", clean=True)
    lab.publish(ada, EVENT, "one", "two")
    lab.publish(ada, SOS, "three")
    lab.publish(ada, EVENT, "four", qos=0)
    second = lab.connect(EVENTS_USER)
    lab.publish(ada, EVENT, "five")
    return [first, ada, second]


def beats_are_for_who_is_there(lab: Lab) -> list[Client]:
    beats = lab.connect(BEATS_USER)
    lab.subscribe(beats, *BEATS)
    ada = lab.connect("p-aa", clean=True)
    lab.publish(ada, BEAT, "heard", qos=0)
    lab.publish(ada, BEAT, "at QoS 1, and heard at 0", qos=1)
    lab.drop(beats)
    lab.publish(ada, BEAT, "lost", qos=0)
    lab.publish(ada, BEAT, "lost at QoS 1", qos=1)
    return [beats, ada, lab.connect(BEATS_USER)]


def unacknowledged_comes_again(lab: Lab) -> list[Client]:
    first = hub(lab)
    ada = lab.connect("p-aa", clean=True)
    lab.publish(ada, EVENT, *"abcdefg")
    lab.acknowledge(first, *first.held[:2])
    lab.acknowledge(first, first.held[2])  # the fifth, out of order
    lab.drop(first)
    lab.publish(ada, EVENT, "h")
    second = lab.connect(EVENTS_USER)
    lab.publish(ada, EVENT, "i")
    lab.acknowledge(second, *second.held[:4])
    lab.drop(second)
    third = lab.connect(EVENTS_USER)
    lab.acknowledge(third, *third.held)
    lab.drop(third)
    return [first, second, third, lab.connect(EVENTS_USER)]


def denied_is_acknowledged_and_gone(lab: Lab) -> list[Client]:
    events = hub(lab)
    ada, revoked = lab.connect("p-aa", clean=True), lab.connect("p-revoked", clean=True)
    lab.publish(ada, "allswell/p-bb/up/sos", "in another's name")
    lab.publish(ada, "allswell/p-aa/down", "to herself")
    lab.publish(ada, "allswell/hub/events", "to the hub")
    lab.publish(revoked, "allswell/p-revoked/up/event", "revoked")
    lab.publish(revoked, "allswell/p-revoked/up/sos", "revoked, and an SOS")
    return [events, ada, revoked]


def hears_what_it_may(lab: Lab) -> list[Client]:
    events, ada = hub(lab), lab.connect("p-aa", clean=True)
    revoked = lab.connect("p-revoked", clean=True)
    lab.subscribe(ada, ("allswell/p-aa/down", 1), ("allswell/p-bb/down", 1), ("#", 1))
    lab.subscribe(revoked, ("allswell/p-revoked/down", 1))
    for each in ("p-aa", "p-bb", "p-revoked"):
        lab.publish(events, f"allswell/{each}/down", f"to {each}", qos=0)
    return [events, ada, revoked]


def taken_over(lab: Lab) -> list[Client]:
    first = hub(lab)
    ada = lab.connect("p-aa", clean=True)
    lab.publish(ada, EVENT, "one", "two")
    lab.acknowledge(first, first.held[0])
    second = lab.connect(EVENTS_USER)
    lab.publish(ada, EVENT, "three")
    return [first, ada, second]


def taken_over_by_who_wants_no_session(lab: Lab) -> list[Client]:
    first = hub(lab)
    ada = lab.connect("p-aa", clean=True)
    lab.publish(ada, EVENT, "one")
    rival = lab.connect(EVENTS_USER, clean=True)
    lab.publish(ada, EVENT, "two")
    lab.drop(rival)
    lab.publish(ada, EVENT, "three")
    third = lab.connect(EVENTS_USER)
    lab.publish(ada, EVENT, "four")
    lab.subscribe(third, *EVENTS)
    lab.publish(ada, EVENT, "five")
    return [first, ada, rival, third]


def killed_with_what_it_had_saved(lab: Lab) -> list[Client]:
    first = hub(lab)
    ada = lab.connect("p-aa", clean=True)
    lab.publish(ada, EVENT, "one", "two", "three")
    lab.acknowledge(first, first.held[0])
    lab.restart()
    again = lab.connect("p-aa", clean=True)
    lab.publish(again, EVENT, "four")
    second = lab.connect(EVENTS_USER)
    lab.publish(again, EVENT, "five")
    lab.acknowledge(second, *second.held)
    lab.drop(second)
    lab.restart()
    return [first, ada, second, lab.connect(EVENTS_USER)]


def a_clean_session_keeps_nothing(lab: Lab) -> list[Client]:
    events, ada = hub(lab), lab.connect("p-aa", clean=True)
    lab.subscribe(ada, ("allswell/p-aa/down", 1))
    lab.publish(events, "allswell/p-aa/down", "one")
    lab.drop(ada)
    lab.publish(events, "allswell/p-aa/down", "two")
    again = lab.connect("p-aa", clean=True)
    lab.publish(events, "allswell/p-aa/down", "three")
    lab.subscribe(again, ("allswell/p-aa/down", 1))
    lab.publish(events, "allswell/p-aa/down", "four")
    return [events, ada, again]


def hears_itself_after_the_backlog(lab: Lab) -> list[Client]:
    first = hub(lab)
    lab.drop(first)
    ada = lab.connect("p-aa", clean=True)
    lab.publish(ada, EVENT, "one", "two")
    second = lab.connect(EVENTS_USER)
    lab.subscribe(second, *EVENTS, ("allswell/hub/events", 1))
    lab.publish(second, "allswell/hub/events", "drained")
    return [first, ada, second]


def the_same_twice_is_two(lab: Lab) -> list[Client]:
    events, ada = hub(lab), lab.connect("p-aa", clean=True)
    lab.publish(ada, SOS, "one", "one")
    return [events, ada]


def revoked_on_the_way(lab: Lab) -> list[Client]:
    events, ada = hub(lab), lab.connect("p-aa", clean=True)
    lab.subscribe(ada, ("allswell/p-aa/down", 1))
    lab.publish(ada, EVENT, "one")
    lab.publish(events, "allswell/p-aa/down", "two")
    lab.revoke("p-aa")
    lab.publish(ada, EVENT, "denied")
    lab.publish(ada, SOS, "three")
    lab.publish(events, "allswell/p-aa/down", "denied")
    again = lab.connect("p-aa", clean=True)
    lab.subscribe(again, ("allswell/p-aa/down", 1))
    lab.publish(again, BEAT, "denied", qos=0)
    lab.revoke()
    lab.publish(events, "allswell/p-aa/down", "four")
    lab.publish(again, EVENT, "five")
    return [events, ada, again]


def what_waits_for_the_denied(lab: Lab) -> list[Client]:
    """Persistent, as no pendant of ours is: the rules change while its messages wait."""
    events, ada = hub(lab), lab.connect("p-aa")
    lab.subscribe(ada, ("allswell/p-aa/down", 1))
    lab.drop(ada)
    lab.publish(events, "allswell/p-aa/down", "before")
    lab.revoke("p-aa")
    lab.publish(events, "allswell/p-aa/down", "denied")
    again = lab.connect("p-aa")
    lab.revoke()
    return [events, ada, again]


def rules_read_again_before_the_hub_is_back(lab: Lab) -> list[Client]:
    """The one way in which the shipped settings lose what was acknowledged: docs/operations.md."""
    first = hub(lab)
    ada = lab.connect("p-aa", clean=True)
    lab.restart()
    ada = lab.connect("p-aa", clean=True)
    lab.publish(ada, SOS, "kept")
    lab.revoke()
    lab.publish(ada, SOS, "acknowledged and gone")
    second = lab.connect(EVENTS_USER)
    lab.publish(ada, SOS, "heard")
    lab.drop(second)
    lab.revoke()
    lab.publish(ada, SOS, "kept again")
    return [first, ada, second, lab.connect(EVENTS_USER)]


HISTORIES: tuple[History, ...] = (
    publishes_while_away,
    beats_are_for_who_is_there,
    unacknowledged_comes_again,
    denied_is_acknowledged_and_gone,
    hears_what_it_may,
    taken_over,
    taken_over_by_who_wants_no_session,
    killed_with_what_it_had_saved,
    a_clean_session_keeps_nothing,
    hears_itself_after_the_backlog,
    the_same_twice_is_two,
    revoked_on_the_way,
    what_waits_for_the_denied,
    rules_read_again_before_the_hub_is_back,
)


def full_while_away(lab: Lab) -> list[Client]:
    first = hub(lab)
    lab.drop(first)
    ada = lab.connect("p-aa", clean=True)
    lab.publish(ada, EVENT, *(f"{number}" for number in range(15)))
    lab.publish(ada, SOS, "one too many")
    second = lab.connect(EVENTS_USER)
    while second.held:
        lab.acknowledge(second, *second.held)
    lab.publish(ada, EVENT, "after")
    return [first, ada, second]


def full_while_there(lab: Lab) -> list[Client]:
    first = hub(lab)
    ada = lab.connect("p-aa", clean=True)
    lab.publish(ada, EVENT, *(f"{number}" for number in range(25)))
    lab.publish(ada, EVENT, "at QoS 0", qos=0)
    while first.held:
        lab.acknowledge(first, first.held[0])
    lab.publish(ada, EVENT, "after")
    return [first, ada]


def full_and_gone(lab: Lab) -> list[Client]:
    first = hub(lab)
    ada = lab.connect("p-aa", clean=True)
    lab.publish(ada, EVENT, *(f"{number}" for number in range(8)))
    lab.drop(first)
    lab.publish(ada, EVENT, *(f"{number}" for number in range(8, 25)))
    second = lab.connect(EVENTS_USER)
    lab.publish(ada, EVENT, "25")
    while second.held:
        lab.acknowledge(second, second.held[0])
    return [first, ada, second]


FULL: tuple[History, ...] = (full_while_away, full_while_there, full_and_gone)
LITTLE = (4, 10)


def sights(lab: RealLab | ModelLab, history: History) -> list[tuple[str, list[str]]]:
    try:
        return told(history(lab))
    finally:
        lab.close()


@pytest.mark.parametrize("history", HISTORIES, ids=lambda each: each.__name__)
def test_mosquitto_and_the_model_agree(tmp_path: Path, history: History) -> None:
    model = sights(ModelLab(SHIPPED), history)
    assert sights(RealLab(tmp_path, SHIPPED), history) == model


@pytest.mark.parametrize("history", FULL, ids=lambda each: each.__name__)
def test_they_agree_when_the_queue_is_full(tmp_path: Path, history: History) -> None:
    model = sights(ModelLab(LITTLE), history)
    assert sights(RealLab(tmp_path, LITTLE), history) == model
