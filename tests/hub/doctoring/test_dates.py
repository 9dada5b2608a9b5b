"""What ends is told while there is time to mend it: certificates shown, pendants, canary's file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub import canary
from hub.canary import CanaryFault
from hub.devices import certificates, keyring
from hub.devices.keyring import WARN_DAYS
from hub.doctoring import keys
from hub.settings import BrokerAt

NOW_MS = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * 1000
DAY_MS = 86_400_000


def until(days: int) -> int:
    return NOW_MS + days * DAY_MS


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (WARN_DAYS, []),
        (WARN_DAYS - 1, ["p-1 may go on visits for 59 more days"]),
        (0, ["p-1 may go on visits for 0 more days"]),
        (-1, ["p-1 is past its date: it is refused visits, and keeps its SOS"]),
    ],
)
def test_a_pendant_s_date_is_told_before_and_after(days: int, said: list[str]) -> None:
    found = [*keys.pendants([("p-1", until(days)), ("p-2", 0)], NOW_MS)]
    assert [each.said for each in found] == said
    assert {each.mend for each in found} <= {"allswell pendant renew p-1"}


def test_a_certificate_that_a_broker_shows_is_told_before_it_ends() -> None:
    ca = certificates.make_ca("Example Homes", NOW_MS)
    shown = certificates.issue_broker(ca, (), NOW_MS).certificate
    end_ms = int(shown.not_valid_after_utc.timestamp()) * 1000
    assert keys.ending("the broker", shown, end_ms - WARN_DAYS * DAY_MS) == ""
    said = keys.ending("the broker", shown, end_ms - 3 * DAY_MS)
    assert said == "the certificate that the broker shows ends in 3 days"
    assert keys.ending("the broker", shown, end_ms + 1).endswith(" shows ended on 2036-05-31")


def test_keys_without_their_folder_are_one_finding(tmp_path: Path) -> None:
    [found] = keys.look(tmp_path / "none", NOW_MS)
    assert found.said.startswith("there is no folder")


def test_a_whole_folder_is_no_finding_and_a_missing_key_is_one_with_its_mend(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "keys"
    keyring.make(folder, "Example Homes", (), NOW_MS)
    assert [*keys.look(folder, NOW_MS)] == []
    certificates.key_file(folder, certificates.HUB_BEATS).unlink()
    [found] = keys.look(folder, NOW_MS)
    assert "allswell keys renew hub-beats" in found.mend


def test_an_authority_whose_key_is_in_the_safe_is_told_and_no_fault(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keyring.make(folder, "Example Homes", (), NOW_MS)
    certificates.key_file(folder, certificates.CA).unlink()
    [found] = keys.look(folder, NOW_MS)
    assert (found.grave, "the authority's key is not on this machine" in found.said) == (
        False,
        True,
    )
    certificates.cert_file(folder, certificates.CA).unlink()
    [found] = keys.look(folder, NOW_MS)
    assert found.grave, "without its certificate nobody is believed"


def test_the_canary_s_file_says_what_is_wrong_with_it_and_never_its_secret(
    tmp_path: Path,
) -> None:
    at = BrokerAt(tls=True, keys=tmp_path)
    assert canary.load(at) is None
    path = tmp_path / canary.FILE
    made = canary.make(path)
    assert canary.load(at) == made
    assert made.secret.hex() not in repr(made)
    whole = path.read_text(encoding="utf-8")
    for broken in (
        "",
        "[]",
        "null",
        whole[:40],
        whole.replace(made.secret.hex(), "ab"),
        whole.replace(made.key_id, "NO KEY"),
        whole.replace('"secret"', '"x"'),
    ):
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(CanaryFault) as caught:
            canary.load(at)
        assert "start the hub again" in str(caught.value)
        assert made.secret.hex() not in str(caught.value)


def test_a_broker_whose_files_are_somebody_else_s_has_no_canary() -> None:
    assert canary.load(BrokerAt()) is None
    assert canary.path_of(BrokerAt()) is None
