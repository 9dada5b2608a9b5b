"""What the doctor asks of one broker: who gets in, who may say what, whose client id is whose.

Rule: what must be denied is tried, harmlessly: should the broker allow it, nobody is paged, no
pendant believes it (it is not signed), and no session of the hub's is touched. So the SOS topic of
another is not tried; it stands in the same line of the access list as those that are.
"""

import secrets
import socket
from collections.abc import Iterator
from ipaddress import ip_address

from cryptography import x509

from hub.clock import utc_ms
from hub.devices import certificates
from hub.devices.broker import probe_topic
from hub.devices.certificates import CANARY, KeysFault
from hub.doctoring import keys as dates
from hub.doctoring.caller import CONNECT_S, Caller
from hub.doctoring.finding import Finding
from hub.doctoring.way import Way, let_in
from hub.settings import BrokerAt
from protocol.topics import down, up

NOBODY = "no-such-pendant"
NOT_AUTHORISED = 0x87  # MQTT 5 section 2.4
DENIED = (
    up(NOBODY, "event"),
    up(NOBODY, "beat"),
    down(NOBODY),
    down(CANARY),
    probe_topic("events"),
    probe_topic("beats"),
)
PUSHED_OUT_S = 3.0
CONF = "mosquitto.conf"
ACL_MEND = "Its access list must be broker.acl as the hub writes it; see acl_file in its settings."


def answers(at: BrokerAt, name: str) -> Iterator[Finding]:
    """Only whether somebody is there: for a broker that nothing can be tried on."""
    try:
        socket.create_connection((at.host, at.port), CONNECT_S).close()
    except OSError as exc:
        said = f"nothing answers at {at.host} port {at.port} ({exc.strerror or exc})"
        yield Finding(name, said, "Start it, or mend [broker] in the settings.")


def unprotected(at: BrokerAt, name: str) -> Iterator[Finding]:
    """A broker of a real hub without TLS: anybody on the way, and perhaps anybody at all."""
    if at.tls:
        return
    said = "it is spoken to without TLS: whoever is on the way can listen, and shut anybody out"
    mend = "`allswell init` makes a site with TLS; see docs/operations.md."
    yield Finding(name, said, mend, grave=not _is_here(at.host))
    caller = Caller(at, f"doctor-{secrets.token_hex(4)}")
    if caller.open() == "":
        caller.close()
        mend = f"It needs allow_anonymous false and users in {CONF}."
        yield Finding(name, "it lets in whoever gives no name", mend)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def shown(way: Way, der: bytes) -> Iterator[Finding]:
    """The certificate that it shows: still in time, and the one in the hub's folder."""
    if not der:
        return
    now_ms, certificate = utc_ms(), x509.load_der_x509_certificate(der)
    if ends := dates.ending(f"the {way.name}", certificate, now_ms):
        yield Finding(way.name, ends, "allswell keys renew broker, and start it again.")
    if way.at.files is None or way.at.keys is None:
        return
    try:
        ours = certificates.read(way.at.keys, certificates.BROKER)
    except KeysFault:
        return  # told with the keys
    if ours.cert_der != der:
        said = "it still shows another certificate than the one in the hub's folder"
        yield Finding(way.name, said, "Send it a SIGHUP, or start it again.")


def strangers(way: Way) -> Iterator[Finding]:
    """Who has nothing to show of ours, or something of another's."""
    lines = "require_certificate true and cafile" if way.at.tls else "allow_anonymous false"
    with way.strangers() as found:
        for who, caller in found.items():
            if caller.open() == "":
                caller.close()
                mend = f"It needs {lines} in {CONF}; then start it again."
                yield Finding(way.name, f"it lets in {who}", mend)


def takeover(way: Way) -> Iterator[Finding]:
    """One user is one client id: else whoever is let in could take the hub's and push it out."""
    first, second = way.caller(f"{CANARY}-a"), way.caller(f"{CANARY}-b")
    let_in(first)
    let_in(second)
    if not first.is_lost(PUSHED_OUT_S):
        said = "a user may take any client id, the hub's too"
        mend = f"It needs use_username_as_clientid true in {CONF}; then start it again."
        yield Finding(way.name, said, mend)
    second.close()
    first.close()


def access(way: Way) -> Iterator[Finding]:
    """What a pendant must not say. What it must not hear is seen on the canary's way."""
    caller = way.caller(tells_refusals=True)
    if why := caller.open():
        said = f"what it denies cannot be asked: it does not speak MQTT 5 ({why})"
        yield Finding(way.name, said, "Try its access list by hand.", grave=False)
        return
    for topic in DENIED:
        code = caller.publish(topic, b"doctor")
        if code is None:
            yield Finding(way.name, f"it did not answer a publish to {topic}", "See its log.")
            break
        if code != NOT_AUTHORISED:
            yield Finding(way.name, f"a pendant may publish to {topic}", ACL_MEND)
    caller.close()
