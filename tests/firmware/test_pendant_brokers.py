"""Which broker next: the one where the hub answers, without flapping when it answers nowhere."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.pendant.brokers import HUB_WAIT_MS, WAIT_LIMIT_MS, Brokers


def test_the_other_has_its_turn_when_nothing_was_answered() -> None:
    brokers = Brokers(2)
    assert [brokers.next() for _ in range(4)] == [0, 1, 0, 1]


def test_where_the_hub_answered_is_tried_first() -> None:
    brokers = Brokers(2)
    brokers.next()
    assert brokers.next() == 1
    brokers.answered()
    brokers.ended()
    assert brokers.next() == 1, "a link that had a hub is worth a second attempt"
    assert brokers.next() == 0, "but only one"


def test_one_broker_is_never_left() -> None:
    brokers = Brokers(1)
    assert [brokers.next() for _ in range(3)] == [0, 0, 0]
    brokers.asked(0)
    assert brokers.due_ms() == -1
    assert not brokers.leave(10 * WAIT_LIMIT_MS)


def test_a_link_without_an_answer_is_left_for_the_other() -> None:
    brokers = Brokers(2)
    brokers.next()
    assert brokers.due_ms() == -1, "nothing was asked yet"
    brokers.asked(1000)
    brokers.asked(4000)
    assert brokers.due_ms() == 1000 + HUB_WAIT_MS, "from the first question on"
    assert not brokers.leave(1000 + HUB_WAIT_MS - 1)
    assert brokers.leave(1000 + HUB_WAIT_MS)
    assert brokers.due_ms() == -1, "once"
    assert brokers.next() == 1


def test_a_hub_that_fell_silent_is_left_though_it_answered_before() -> None:
    brokers = Brokers(2)
    brokers.next()
    brokers.asked(0)
    brokers.answered()
    assert brokers.due_ms() == -1
    brokers.asked(50_000)
    assert brokers.leave(50_000 + HUB_WAIT_MS)
    assert brokers.next() == 1


def test_a_link_that_ended_owes_nothing() -> None:
    brokers = Brokers(2)
    brokers.next()
    brokers.asked(0)
    brokers.ended()
    assert not brokers.leave(HUB_WAIT_MS)


def test_without_a_hub_anywhere_the_waits_grow_until_she_presses() -> None:
    brokers = Brokers(2)
    waits = []
    for _ in range(6):
        brokers.next()
        brokers.asked(0)
        waits.append(brokers.due_ms())
        assert brokers.leave(brokers.due_ms())
    assert waits == [6000, 12000, 24000, 48000, 60000, 60000]
    brokers.next()
    brokers.asked(0)
    brokers.pressed()
    assert brokers.due_ms() == HUB_WAIT_MS
    assert brokers.leave(30_000), "the question was old when she pressed: at once"


def test_an_answer_makes_the_waits_short_again() -> None:
    brokers = Brokers(2)
    for _ in range(3):
        brokers.next()
        brokers.asked(0)
        assert brokers.leave(WAIT_LIMIT_MS)
    brokers.asked(0)
    brokers.answered()
    assert brokers.due_ms() == -1
    brokers.asked(0)
    brokers.asked(3000)
    assert brokers.due_ms() == HUB_WAIT_MS


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["next", "asked", "answered", "ended", "pressed", "leave"]),
        st.integers(0, 20_000),
    ),
    max_size=60,
)


@given(STEPS)
def test_no_link_is_left_sooner_than_stated(steps: list[tuple[str, int]]) -> None:
    brokers = Brokers(2)
    now_ms = asked_ms = 0
    owed = False
    for kind, after_ms in steps:
        now_ms += after_ms
        if kind == "asked":
            brokers.asked(now_ms)
            asked_ms, owed = asked_ms if owed else now_ms, True
        elif kind == "leave":
            if brokers.leave(now_ms):
                assert owed and now_ms - asked_ms >= HUB_WAIT_MS
                owed = False
        else:
            getattr(brokers, kind)()
            owed = owed and kind == "pressed"
        assert brokers.current in (0, 1)


@given(st.lists(st.sampled_from([(True, True), (True, False), (False, False)]), max_size=20))
def test_the_one_live_hub_is_found_and_kept(before: list[tuple[bool, bool]]) -> None:
    """`before`: what the earlier attempts met (link, hub). Then broker 1 alone has a hub."""
    brokers = Brokers(2)
    now_ms = 0
    for linked, hub in before:
        brokers.next()
        if linked:
            now_ms = served(brokers, hub, now_ms)
    for _ in range(3):
        at = brokers.next()
        now_ms = served(brokers, at == 1, now_ms)
        if at == 1:
            break
    assert brokers.current == 1
    assert brokers.next() == 1


def served(brokers: Brokers, hub: bool, now_ms: int) -> int:
    """A link with a hub (it ends by itself) or without (it is left); returns when."""
    brokers.asked(now_ms)
    if hub:
        brokers.answered()
    else:
        now_ms = brokers.due_ms()
        assert brokers.leave(now_ms)
    brokers.ended()
    return now_ms
