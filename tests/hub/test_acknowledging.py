"""The order of acknowledgements: after the commit, in order of receipt, on its own connection."""

from itertools import permutations

import pytest

from hub.acknowledging import Acknowledging


def test_what_is_committed_first_is_acknowledged_in_order_of_receipt() -> None:
    order = Acknowledging()
    connection = order.begin()
    for mid in (7, 8, 9):
        assert order.received(mid, 1) == connection
    assert order.committed(connection, 9, 1) == []
    assert order.committed(connection, 8, 1) == []
    assert order.committed(connection, 7, 1) == [7, 8, 9]
    assert len(order) == 0


@pytest.mark.parametrize("commits", list(permutations((1, 2, 3, 4))))
def test_in_whatever_order_they_commit_nothing_is_acknowledged_before_what_came_first(
    commits: tuple[int, ...],
) -> None:
    order = Acknowledging()
    connection = order.begin()
    for mid in (1, 2, 3, 4):
        order.received(mid, 1)
    done: list[int] = []
    for count, mid in enumerate(commits, 1):
        done += order.committed(connection, mid, 1)
        assert set(done) <= set(commits[:count]), "acknowledged before the commit"
    assert done == [1, 2, 3, 4]


def test_an_older_connections_commit_acknowledges_nothing_on_the_new_one() -> None:
    order = Acknowledging()
    old = order.begin()
    order.received(1, 1)
    new = order.begin()
    assert order.committed(old, 1, 1) == []
    order.received(1, 1)  # the broker's numbers begin anew
    assert order.committed(old, 1, 1) == []
    assert len(order) == 1
    assert order.committed(new, 1, 1) == [1]


def test_a_second_commit_of_a_message_acknowledges_it_once() -> None:
    order = Acknowledging()
    connection = order.begin()
    order.received(1, 1)
    assert order.committed(connection, 1, 1) == [1]
    assert order.committed(connection, 1, 1) == []


def test_at_qos_0_nothing_is_owed() -> None:
    order = Acknowledging()
    connection = order.begin()
    order.received(5, 1)
    assert order.received(0, 0) == connection
    assert order.committed(connection, 0, 0) == []
    assert order.committed(connection, 5, 1) == [5]


def test_a_packet_id_that_is_used_again_is_a_message_of_its_own() -> None:
    order = Acknowledging()
    connection = order.begin()
    order.received(1, 1)
    assert order.committed(connection, 1, 1) == [1]
    order.received(2, 1)
    order.received(1, 1)
    assert order.committed(connection, 1, 1) == []
    assert order.committed(connection, 2, 1) == [2, 1]
