"""The names of the sessions with one broker and with two, and how an absent one is told."""

import ssl
from dataclasses import replace

import pytest

from hub import brokers
from hub.settings import BrokerAt

ONE = BrokerAt(host="broker-a", port=8883)
TWO = BrokerAt(host="broker-a", port=8883, second_host="broker-b", second_port=8884)


def test_one_broker_has_two_sessions_and_two_have_four() -> None:
    assert brokers.sessions(ONE) == {"events", "beats"}
    assert brokers.sessions(TWO) == {"events", "beats", "events-2", "beats-2"}
    assert brokers.sessions(TWO, brokers.EVENTS) == {"events", "events-2"}


def test_every_session_is_known_by_its_lane() -> None:
    assert {brokers.lane_of(each) for each in brokers.sessions(TWO)} == {*brokers.LANES}


def test_each_broker_is_seen_as_if_it_were_alone() -> None:
    assert [(each.host, each.port, each.second_host) for each in TWO.each()] == [
        ("broker-a", 8883, ""),
        ("broker-b", 8884, ""),
    ]
    assert ONE.each() == (ONE,)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "no answer from broker-a port 8883"),
        (TimeoutError(), "no answer from broker-a port 8883"),
        (None, "no answer from broker-a port 8883"),
        (ssl.SSLError(1, "wrong version number"), "no TLS with broker-a port 8883: wrong version"),
    ],
)
def test_why_there_is_no_connection(fault: OSError | None, said: str) -> None:
    assert brokers.unreached(ONE, fault).startswith(said)


def test_over_tls_a_broker_that_hangs_up_is_not_one_that_is_away() -> None:
    tls = replace(ONE, tls=True)
    assert "it hung up" in brokers.unreached(tls, ConnectionResetError(104, "reset"))
    assert brokers.unreached(tls, ConnectionRefusedError(111, "refused")).startswith("no answer")
    assert "certificate of allswell-hub-events?" in brokers.turned_away(tls, "allswell-hub-events")
