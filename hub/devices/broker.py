"""What mosquitto is told: its settings, who may connect, who may say what to whom.

One source for `allswell init` and for the simulator, so that what is tested is what is shipped.
Rule: the broker is not trusted (every message is signed) but it must not lose what it accepted, and
a pendant may speak on its own topics only. Over TLS a user is who its certificate says, and nobody
without one of ours is heard; users and passwords are for benches and simulations on one machine.
Texts only: hub/devices/site.py writes the files.
"""

import base64
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from hub.devices import certificates
from protocol.topics import BEAT_FILTERS, EVENT_FILTERS, ROOT, UP_LANES, down, up

EVENTS_USER = "allswell-hub-events"
BEATS_USER = "allswell-hub-beats"
# The hub says something to itself here: what comes back proves broker, session and loop thread
# alive, and, sent at QoS 1 after a connect, that everything queued before it has been delivered.
PROBE_ROOT = ROOT + "/hub"

# Unacknowledged messages the broker sends ahead: the hub acknowledges after its commit, so this is
# what one group commit can take. The default of 20 would cap the hub at 20 per commit.
MAX_INFLIGHT = 2_000
# A day of visit events of a thousand pendants; the default of 1000 drops the newest silently.
MAX_QUEUED = 100_000
MAX_PACKET_BYTES = 4_096  # our largest token has 1200; a poison payload must still get to the hub

# Its files, beside its settings.
CONF = "mosquitto.conf"
PASSWORDS = "broker.passwords"
ACL = "broker.acl"
PID = "broker.pid"
STORE = "broker-store"

# mosquitto's own count. The passwords are 192 random bits, which no count makes harder to guess,
# and the broker computes this for each connect in its only thread.
PASSWORD_ITERATIONS = 101
_SALT_BYTES = 12

_CONF = """\
# Made by allswell. Why each line is here: docs/operations.md, "The broker".
{listener}
allow_anonymous false
{who}
acl_file {acl}
pid_file {pid}
use_username_as_clientid true
{user_line}
# A kill -9 must not lose what was acknowledged: save at every change, not every half hour.
persistence true
persistence_location {store}/
autosave_on_changes true
autosave_interval 1

# The hub acknowledges after its commit: without these it would wait for the network, not the disk.
set_tcp_nodelay true
max_inflight_messages {inflight}
max_queued_messages {queued}
max_packet_size {packet}

log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages true
"""


_BY_PASSWORD = "password_file {passwords}"
_BY_CERTIFICATE = """\
cafile {ca}
certfile {certificate}
keyfile {key}
require_certificate true
use_identity_as_username true
tls_version tlsv1.2"""


def probe_topic(session: str) -> str:
    """Where the hub's session `events` or `beats` hears itself."""
    return f"{PROBE_ROOT}/{session}"


def mosquitto_conf(
    folder: Path, port: int = 1883, host: str = "127.0.0.1", user: str = "", tls: bool = False
) -> str:
    """The settings, for files that stand in `folder`, with `tls` its certificates in `keys`.

    `host`: where it listens; empty: on every address of the machine. `user`: whom mosquitto becomes
    when root starts it; empty leaves mosquitto's own choice.
    """
    if not tls and not host:
        raise ValueError("without TLS the broker listens on one address, and says which")
    return _CONF.format(
        listener=f"listener {port} {host}".strip(),
        who=_by_certificate(folder) if tls else _BY_PASSWORD.format(passwords=folder / PASSWORDS),
        acl=folder / ACL,
        pid=folder / PID,
        store=folder / STORE,
        user_line=f"user {user}\n" if user else "",
        inflight=MAX_INFLIGHT,
        queued=MAX_QUEUED,
        packet=MAX_PACKET_BYTES,
    )


def _by_certificate(folder: Path) -> str:
    keys = folder / certificates.FOLDER
    return _BY_CERTIFICATE.format(
        ca=certificates.cert_file(keys, certificates.CA),
        certificate=certificates.cert_file(keys, certificates.BROKER),
        key=certificates.key_file(keys, certificates.BROKER),
    )


def acl(revoked: Iterable[str] = ()) -> str:
    """Who may say what. The hub reads what goes up and writes what goes down; a pendant the
    reverse, on its own topics; a revoked pendant only an SOS (P4). Not by certificates: reloading
    a revocation list has broken every new handshake of mosquitto 2.0."""
    lines = ["# Made by allswell. %u is the user name, which is the pendant's id."]
    lines += [f"user {EVENTS_USER}"]
    lines += [f"topic read {each}" for each in EVENT_FILTERS]
    lines += [f"topic write {ROOT}/+/down", f"topic readwrite {probe_topic('events')}"]
    lines += ["", f"user {BEATS_USER}"]
    lines += [f"topic read {each}" for each in BEAT_FILTERS]
    lines += [f"topic readwrite {probe_topic('beats')}"]
    # What the doctor leaves there for itself shows what the broker keeps for whoever is away.
    canary = certificates.CANARY
    lines += ["", f"user {canary}", f"topic readwrite {probe_topic(canary)}"]
    for pendant in sorted(revoked):
        lines += ["", f"user {pendant}"]
        lines += [f"topic deny {up(pendant, lane)}" for lane in UP_LANES if lane != "sos"]
        lines += [f"topic deny {down(pendant)}"]
    lines += [""]
    lines += [f"pattern write {ROOT}/%u/up/{lane}" for lane in UP_LANES]
    lines += [f"pattern read {ROOT}/%u/down"]
    return "\n".join(lines) + "\n"


def password_line(user: str, password: str, salt: bytes) -> str:
    """`user:$7$…`: PBKDF2-HMAC-SHA512 as mosquitto_passwd of mosquitto 2 writes it."""
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, PASSWORD_ITERATIONS)
    parts = (base64.b64encode(salt).decode(), base64.b64encode(made).decode())
    return f"{user}:$7${PASSWORD_ITERATIONS}${parts[0]}${parts[1]}"


def password_file(
    users: Mapping[str, str], random_bytes: Callable[[int], bytes] = os.urandom
) -> str:
    """The users and their passwords, hashed, one line each."""
    made = [password_line(user, users[user], random_bytes(_SALT_BYTES)) for user in sorted(users)]
    return "\n".join(made) + "\n"
