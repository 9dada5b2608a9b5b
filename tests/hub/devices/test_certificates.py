"""The certificates by other people's judgement: OpenSSL's handshake, a verifier of any date."""

import errno
import os
import ssl
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from hub.devices import certificates
from hub.devices.certificates import BROKER_NAME, Credential, KeysFault

NOW_MS = 1_790_000_000_000  # September 2026
DAY_MS = 86_400_000
YEAR_MS = 31_557_600_000


@pytest.fixture(scope="module")
def ca() -> Credential:
    return certificates.make_ca("Example Homes", NOW_MS)


def end_of(credential: Credential) -> int:
    return certificates.days_left(credential, NOW_MS)


def test_lives_are_long_and_begin_before_any_clock(ca: Credential) -> None:
    broker = certificates.issue_broker(ca, (), NOW_MS)
    client = certificates.issue_client(ca, "p-1", NOW_MS)
    assert (end_of(ca), end_of(broker), end_of(client)) == (14610, 3652, 3652)
    for each in (ca, broker, client):
        assert each.certificate.not_valid_before_utc == datetime(2000, 1, 1, tzinfo=UTC)
    assert certificates.days_left(client, client.not_after_ms - DAY_MS) == 1
    assert certificates.days_left(client, client.not_after_ms - 1) == 0
    assert certificates.days_left(client, client.not_after_ms + 1) == -1


def verify_at(year: int, ca: Credential, broker: Credential, client: Credential) -> None:
    at = datetime(year, 1, 1, 0, 0, 1, tzinfo=UTC)
    builder = verification.PolicyBuilder().store(verification.Store([ca.certificate])).time(at)
    builder.build_server_verifier(x509.DNSName(BROKER_NAME)).verify(broker.certificate, [])
    # The web's rules want alternative names of a client too; ours are known by their subject.
    clients = builder.extension_policies(
        ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
        ee_policy=verification.ExtensionPolicy.permit_all().require_present(
            x509.ExtendedKeyUsage, verification.Criticality.AGNOSTIC, None
        ),
    )
    clients.build_client_verifier().verify(client.certificate, [])


@pytest.mark.parametrize("year", [2000, 2026, 2036])
def test_a_verifier_of_any_date_accepts_both_ends(ca: Credential, year: int) -> None:
    broker = certificates.issue_broker(ca, ("192.0.2.10",), NOW_MS)
    verify_at(year, ca, broker, certificates.issue_client(ca, "p-1", NOW_MS))


@pytest.mark.parametrize("year", [1999, 2037])
def test_and_refuses_both_outside_their_lives(ca: Credential, year: int) -> None:
    broker = certificates.issue_broker(ca, (), NOW_MS)
    client = certificates.issue_client(ca, "p-1", NOW_MS)
    late = certificates.issue_broker(ca, (), NOW_MS + YEAR_MS)
    with pytest.raises(verification.VerificationError):
        verify_at(year, ca, broker, client)
    if year == 2037:
        with pytest.raises(verification.VerificationError):
            verify_at(year, ca, late, client)


def test_each_is_good_for_its_own_use_only(ca: Credential) -> None:
    usages = [
        each.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        for each in (
            certificates.issue_broker(ca, (), NOW_MS),
            certificates.issue_client(ca, "p-1", NOW_MS),
        )
    ]
    assert [list(each) for each in usages] == [
        [ExtendedKeyUsageOID.SERVER_AUTH],
        [ExtendedKeyUsageOID.CLIENT_AUTH],
    ]
    basic = ca.certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)


def test_a_client_s_certificate_says_nothing_but_the_user(ca: Credential) -> None:
    client = certificates.issue_client(ca, "p-1", NOW_MS)
    assert client.subject == "p-1"
    assert len(list(client.certificate.subject)) == 1


@pytest.mark.parametrize("name", ["", "P-1", "a/b", "+", "#", "x" * 33, "a b", "é"])
def test_no_certificate_for_what_cannot_be_a_user(ca: Credential, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a user"):
        certificates.issue_client(ca, name, NOW_MS)


def test_the_broker_bears_its_addresses_once_and_its_name_always(ca: Credential) -> None:
    given = ("192.0.2.10", "broker.example.org", "::1", "192.0.2.10", BROKER_NAME)
    broker = certificates.issue_broker(ca, given, NOW_MS)
    assert certificates.addresses(broker) == ("192.0.2.10", "broker.example.org", "::1")
    assert certificates.addresses(certificates.issue_broker(ca, (), NOW_MS)) == ()
    assert certificates.addresses(ca) == ()
    sans = broker.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert sans.value.get_values_for_type(x509.DNSName) == [BROKER_NAME, "broker.example.org"]
    assert [str(ip) for ip in sans.value.get_values_for_type(x509.IPAddress)] == [
        "192.0.2.10",
        "::1",
    ]


def test_an_authority_knows_its_own(ca: Credential) -> None:
    same_name = certificates.make_ca("Example Homes", NOW_MS)
    mine = certificates.issue_client(ca, "p-1", NOW_MS)
    assert certificates.is_signed_by(mine, ca)
    assert not certificates.is_signed_by(mine, same_name)
    assert certificates.is_signed_by(ca, ca)
    assert ca.subject != same_name.subject


@pytest.mark.parametrize("organisation", ["", "   ", "x" * 200, "Zuhause für Ältere, 東京"])
def test_any_organisation_has_an_authority(organisation: str) -> None:
    made = certificates.make_ca(organisation, NOW_MS)
    assert certificates.is_signed_by(certificates.issue_client(made, "p-1", NOW_MS), made)


def test_a_renewed_authority_stands_behind_what_the_old_one_signed(ca: Credential) -> None:
    old = certificates.issue_client(ca, "p-1", NOW_MS)
    renewed = certificates.renew_ca(ca, NOW_MS + 30 * YEAR_MS)
    assert certificates.is_signed_by(old, renewed)
    # A pendant still holding the old certificate accepts what the renewed one signs.
    new = certificates.issue_broker(renewed, (), NOW_MS)
    assert certificates.is_signed_by(new, ca)
    assert renewed.not_after_ms - ca.not_after_ms == 30 * YEAR_MS
    assert renewed.certificate.serial_number != ca.certificate.serial_number


def test_read_gives_back_what_write_kept_for_its_owner_only(ca: Credential, tmp_path: Path) -> None:
    certificates.write(tmp_path, "ca", ca)
    back = certificates.read(tmp_path, "ca")
    assert (back.cert_der, back.key_der) == (ca.cert_der, ca.key_der)
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ca.key.pem", "ca.pem"]


def test_a_full_disk_parts_no_pair(
    ca: Credential, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker whose key is not its certificate's does not start again."""
    certificates.write(tmp_path, "broker", certificates.issue_broker(ca, (), NOW_MS))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    synced: list[int] = []

    def full_at_the_second(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_at_the_second)
    with pytest.raises(OSError, match="No space"):
        certificates.write(tmp_path, "broker", certificates.issue_broker(ca, (), NOW_MS))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_cannot_be_read_says_which_file_and_how_to_mend_it(
    ca: Credential, tmp_path: Path
) -> None:
    with pytest.raises(KeysFault, match=r"broker\.pem: No such file.*keys renew broker"):
        certificates.read(tmp_path, "broker")
    certificates.write(tmp_path, "broker", certificates.issue_broker(ca, (), NOW_MS))
    other = certificates.issue_broker(ca, (), NOW_MS)
    certificates.cert_file(tmp_path, "broker").write_bytes(other.cert_pem)
    with pytest.raises(KeysFault, match="do not belong together"):
        certificates.read(tmp_path, "broker")
    certificates.key_file(tmp_path, "broker").write_bytes(other.key_pem[:100])
    with pytest.raises(KeysFault, match="cannot be read") as told:
        certificates.read(tmp_path, "broker")
    assert "PRIVATE" not in str(told.value)


def test_a_key_never_shows_in_a_log(ca: Credential) -> None:
    said = f"{ca!r} {ca!s}"
    assert "allswell CA" in said
    assert "Key" not in said
    assert hex(ca.key.private_numbers().private_value)[2:10] not in said


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> str:
    """What the server learns of the client, over memory alone; raises what either side raises."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(down, up, server_hostname=name),
        server.wrap_bio(up, down, server_side=True),
    ]
    for _ in range(10):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    found = ends[1].getpeercert()
    assert found is not None
    return str(found["subject"])


def context(folder: Path, purpose: ssl.Purpose, ca: Credential, own: Credential) -> ssl.SSLContext:
    certificates.write(folder, "own", own)
    made = ssl.create_default_context(purpose, cadata=ca.cert_der)
    # What Python 3.13 makes the default: every extension as RFC 5280 wants it.
    made.verify_flags |= ssl.VERIFY_X509_STRICT
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_cert_chain(certificates.cert_file(folder, "own"), folder / "own.key.pem")
    return made


def test_openssl_at_its_strictest_shakes_hands_by_name_and_by_address(
    ca: Credential, tmp_path: Path
) -> None:
    broker = certificates.issue_broker(ca, ("192.0.2.10",), NOW_MS)
    client = certificates.issue_client(ca, "p-1", NOW_MS)
    listening = context(tmp_path, ssl.Purpose.CLIENT_AUTH, ca, broker)
    calling = context(tmp_path, ssl.Purpose.SERVER_AUTH, ca, client)
    for name in (BROKER_NAME, "192.0.2.10"):
        assert "p-1" in handshake(listening, calling, name)
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(listening, calling, "192.0.2.11")


def test_openssl_refuses_a_stranger_and_a_client_that_plays_the_broker(
    ca: Credential, tmp_path: Path
) -> None:
    other = certificates.make_ca("Example Homes", NOW_MS)
    broker = certificates.issue_broker(ca, (), NOW_MS)
    client = certificates.issue_client(ca, "p-1", NOW_MS)
    listening = context(tmp_path, ssl.Purpose.CLIENT_AUTH, ca, broker)
    stranger = certificates.issue_client(other, "p-1", NOW_MS)
    with pytest.raises(ssl.SSLError):
        handshake(listening, context(tmp_path, ssl.Purpose.SERVER_AUTH, ca, stranger), BROKER_NAME)
    playing = context(tmp_path, ssl.Purpose.CLIENT_AUTH, ca, client)
    calling = context(tmp_path, ssl.Purpose.SERVER_AUTH, ca, client)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(playing, calling, BROKER_NAME)
