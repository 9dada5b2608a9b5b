"""Which Wi-Fi networks a pendant knows, and in which order it tries them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.boards.networks import GOOD_DBM, in_order, read

SITE, PHONE = ("site", "site-key-1"), ("phone", "phone-key")


@pytest.mark.parametrize(
    ("text", "known", "fault"),
    [
        (b'[{"ssid": "site", "key": "site-key-1"}]', [SITE], ""),
        (b'[{"ssid": "open", "key": ""}]', [("open", "")], ""),
        (b'[{"ssid": "s", "key": "12345678"}]', [("s", "12345678")], ""),
        (b'[{"ssid": "s", "key": "' + b"k" * 63 + b'"}]', [("s", "k" * 63)], ""),
        (b'[{"ssid": "' + b"s" * 32 + b'", "key": ""}]', [("s" * 32, "")], ""),
        (b"", [], "not JSON"),
        (b"\xff", [], "not JSON"),
        (b"[" * 5000, [], "not JSON"),
        (b"{}", [], "a list of 1 to 8"),
        (b"[]", [], "a list of 1 to 8"),
        (b"[" + b",".join([b'{"ssid": "s", "key": ""}'] * 9) + b"]", [], "a list of 1 to 8"),
        (b'[{"ssid": "site"}, {"ssid": "site", "key": "site-key-1"}]', [SITE], "network 1"),
        (b'[{"ssid": "site", "key": "site-key-1"}, 7]', [SITE], "network 2"),
        (b'[{"ssid": "", "key": ""}]', [], "network 1"),
        (b'[{"ssid": "' + b"s" * 33 + b'", "key": ""}]', [], "network 1"),
        (b'[{"ssid": "s", "key": "1234567"}]', [], "network 1"),
        (b'[{"ssid": "s", "key": "' + b"k" * 64 + b'"}]', [], "network 1"),
        (b'[{"ssid": 5, "key": "12345678"}]', [], "network 1"),
    ],
)
def test_what_is_lawful_in_wifi_json_counts(
    text: bytes, known: list[tuple[str, str]], fault: str
) -> None:
    found, said = read(text)
    assert found == known
    assert fault in said and bool(fault) == bool(said)


@pytest.mark.parametrize(
    ("site", "phone", "first"),
    [
        (-70, -40, SITE),
        (-71, -70, PHONE),
        (-71, -71, SITE),
        (-90, -80, PHONE),
        (-128, -127, PHONE),
    ],
)
def test_below_minus_70_dbm_strength_decides(site: int, phone: int, first: tuple[str, str]) -> None:
    assert in_order([SITE, PHONE], [(b"phone", phone), (b"site", site)], "")[0] == first


DBM = st.integers(-100, -30)


@given(
    st.lists(st.text("abc", min_size=1, max_size=2), min_size=1, max_size=8, unique=True),
    st.lists(st.tuples(st.text("abc", min_size=1, max_size=2).map(str.encode), DBM), max_size=12),
    st.text("abc", max_size=2),
)
def test_order_of_networks(ssids: list[str], heard: list[tuple[bytes, int]], avoid: str) -> None:
    known = [(ssid, "a-long-key") for ssid in ssids]
    order = in_order(known, heard, avoid)
    assert sorted(order) == sorted(known), "each is tried, and once"

    def strength(ssid: str) -> int:
        return max([-128, *(dbm for name, dbm in heard if name == ssid.encode())])

    for (first, _), (second, _) in pairwise(order):
        if avoid in (first, second):
            assert second == avoid
            continue
        strong = min(GOOD_DBM, strength(first)), min(GOOD_DBM, strength(second))
        assert strong[0] > strong[1] or (
            strong[0] == strong[1] and ssids.index(first) < ssids.index(second)
        )
