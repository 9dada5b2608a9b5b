"""A person's browser: whatever goes wrong on the way is one kind of failure, also the end of it."""

import pytest

from simulator.live.operator import Operator, OperatorFailed

NOBODY = "http://127.0.0.1:1"  # port 1 (tcpmux): nothing listens there


def test_a_browser_closed_in_the_middle_of_a_play_is_a_failed_operator() -> None:
    operator = Operator("ann", "secret", NOBODY)
    operator.close()
    with pytest.raises(OperatorFailed, match="closed"):
        operator.log_in()
    with pytest.raises(OperatorFailed, match="closed"):
        operator.do("start_drill", {})


def test_a_hub_that_is_not_there_is_a_failed_operator() -> None:
    operator = Operator("ann", "secret", NOBODY)
    with pytest.raises(OperatorFailed, match="ConnectError"):
        operator.log_in()
    operator.close()
