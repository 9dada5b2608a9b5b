"""The pendant's key files: taken when they are whole, named when they are not."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from firmware.tls import CA_FILE, CERT_FILE, KEY_FILE, distrusted, load
from hub.devices.certificates import Credential, issue_client, make_ca
from protocol.errors import LocalProtocolError

NOW_MS = 1_750_000_000_000
CA = make_ca("Example Homes", NOW_MS)
OWN = issue_client(CA, "p-1", NOW_MS)
WHOLE = {CA_FILE: CA.cert_der, CERT_FILE: OWN.cert_der, KEY_FILE: OWN.key_der}


def folder(**others: bytes) -> Callable[[str], bytes]:
    files = WHOLE | {name + ".der": blob for name, blob in others.items()}
    return lambda name: files[name]


def pkcs8(credential: Credential) -> bytes:
    return credential.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("key", [OWN.key_der, pkcs8(OWN)])
def test_either_form_of_the_key_is_taken(key: bytes) -> None:
    tls = load(folder(key=key), "allswell-broker")
    assert tls.server_name == "allswell-broker"
    context = tls.context()
    assert context.verify_mode == 2 and context.check_hostname
    assert tls.context() is context, "one for all connections"


@pytest.mark.parametrize("name", ["ca", "cert", "key"])
def test_a_missing_file_is_named(name: str) -> None:
    with pytest.raises(LocalProtocolError, match=rf"^tls: {name}\.der is missing$"):
        load(folder(**{name: b""}), "allswell-broker")


@pytest.mark.parametrize("name", ["ca", "cert", "key"])
@pytest.mark.parametrize("damage", [b"0", b"\x30\x03\x02\x01\x01", b"-----BEGIN", bytes(500)])
def test_a_damaged_file_is_refused(name: str, damage: bytes) -> None:
    with pytest.raises(LocalProtocolError, match="damaged"):
        load(folder(**{name: damage}), "allswell-broker")


@pytest.mark.parametrize("cut", [1, 40, 100])
@pytest.mark.parametrize("name", ["ca", "cert", "key"])
def test_a_file_that_was_cut_is_refused(name: str, cut: int) -> None:
    with pytest.raises(LocalProtocolError, match="damaged"):
        load(folder(**{name: WHOLE[name + ".der"][:-cut]}), "allswell-broker")


def test_anothers_key_is_refused() -> None:
    other = issue_client(CA, "p-2", NOW_MS)
    with pytest.raises(LocalProtocolError, match="damaged"):
        load(folder(key=other.key_der), "allswell-broker")


def test_what_micropython_says_of_a_certificate_is_the_link_s_fault() -> None:
    fault = distrusted(ValueError("\nThe certificate validity has expired\n"))
    assert "tls" in str(fault) and "has expired" in str(fault)
