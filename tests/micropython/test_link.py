"""The link's pure parts inside the interpreter: which network, which broker, which files."""

from firmware import tls
from firmware.boards.networks import in_order, read
from firmware.pendant.brokers import HUB_WAIT_MS, Brokers
from protocol.errors import LocalProtocolError, RemoteProtocolError

SITE = ("site", "site-key-1")
PHONE = ("phone", "phone-key")


def test_networks_are_read_and_what_is_wrong_is_named() -> None:
    good = b'[{"ssid": "site", "key": "site-key-1"}, {"ssid": "phone", "key": "phone-key"}]'
    assert read(good) == ([SITE, PHONE], "")
    for text in (b"", b"{}", b"[]", b"\xff", b"[" * 3000):
        known, fault = read(text)
        assert known == [] and "wifi.json" in fault
    known, fault = read(b'[{"ssid": "site", "key": "site-key-1"}, 7]')
    assert known == [SITE] and "network 2" in fault


def test_networks_in_order() -> None:
    known = [SITE, PHONE]
    assert in_order(known, [(b"phone", -40), (b"site", -60)], "") == [SITE, PHONE]
    assert in_order(known, [(b"phone", -40), (b"site", -90)], "") == [PHONE, SITE]
    assert in_order(known, [(b"phone", -40), (b"site", -60)], "site") == [PHONE, SITE]
    assert in_order(known, [(b"phone", -95)], "") == [PHONE, SITE]
    assert in_order(known, [], "") == [SITE, PHONE]


def test_the_broker_with_the_hub() -> None:
    brokers = Brokers(2)
    assert [brokers.next(), brokers.next()] == [0, 1]
    brokers.asked(500)
    brokers.answered()
    brokers.ended()
    assert brokers.next() == 1
    brokers.asked(1000)
    assert not brokers.leave(1000 + HUB_WAIT_MS - 1)
    assert brokers.leave(1000 + HUB_WAIT_MS)
    assert brokers.next() == 0


class Files:
    """Each of them is the same."""

    def __init__(self, blob: bytes) -> None:
        self.blob = blob

    def read(self, name: str) -> bytes:
        return self.blob


def test_key_files_that_are_missing_or_damaged() -> None:
    for blob, said in ((b"", "tls: ca.der is missing"), (b"0", "damaged")):
        try:
            tls.load(Files(blob).read, "allswell-broker")
        except LocalProtocolError as fault:
            assert said in str(fault)
        else:
            raise AssertionError(said)


def test_a_certificate_that_does_not_hold_is_the_link_s_fault() -> None:
    fault = tls.distrusted(ValueError("\nThe certificate validity has expired\n"))
    assert isinstance(fault, RemoteProtocolError)
    assert "has expired" in str(fault)
