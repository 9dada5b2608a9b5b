"""The pendant's TLS context where it runs on CPython, which reads keys from PEM files only.

The rule it keeps: the same as on the chip (chain, name, dates); the key lies in a folder of its own
for the time of one call, readable by nobody else. Never used on the chip.
"""

import binascii
import os
import ssl
import tempfile

SEC1_VERSION = 1  # of an ECPrivateKey (RFC 5915); a PKCS #8 key has 0 in this place


def context_of(ca: bytes, cert: bytes, key: bytes) -> ssl.SSLContext:
    """A client's context from DER: it verifies the broker and proves the pendant."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ca)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pendant.pem")
        with open(path, "w", encoding="ascii") as file:
            file.write(_pem("CERTIFICATE", cert) + _pem(_key_label(key), key))
        context.load_cert_chain(path)
    return context


def _key_label(key: bytes) -> str:
    if len(key) < 4:
        return "PRIVATE KEY"
    head = 2 if key[1] < 0x80 else 2 + (key[1] & 0x7F)  # SEQUENCE and its length
    return "EC PRIVATE KEY" if key[head + 2 : head + 3] == bytes([SEC1_VERSION]) else "PRIVATE KEY"


def _pem(label: str, der: bytes) -> str:
    lines = [binascii.b2a_base64(der[i : i + 48]).decode() for i in range(0, len(der), 48)]
    return f"-----BEGIN {label}-----\n{''.join(lines)}-----END {label}-----\n"
