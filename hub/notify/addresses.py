"""Where a page may go: an Apprise URL, or http(s):// for a receiver of our JSON.

Rule: a simulation reaches nothing but this machine (ADR 0008). Judged by the scheme as well: most
Apprise schemes have a host of their own, so that `tgram://127.0.0.1/…` would still be Telegram.
"""

import ipaddress
import re
from urllib.parse import urlsplit

# These go to the host in the URL and nowhere else.
_DIRECT = {"http": "json", "https": "jsons", "json": "json", "jsons": "jsons"}
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://.", re.IGNORECASE)

ALLOWED = "an Apprise URL (scheme://…), or http:// or https:// of a receiver of JSON"
ALLOWED_IN_SIMULATION = (
    "http://, https://, json:// or jsons:// of this machine, as this is a simulation"
)


def as_apprise(url: str) -> str:
    """The URL that Apprise understands: http is its json, https its jsons."""
    scheme, _, rest = url.partition("://")
    return f"{_DIRECT.get(scheme.lower(), scheme)}://{rest}"


def is_lawful(url: str, simulation: bool) -> bool:
    """Whether a page may be sent there."""
    return is_loopback(url) if simulation else _SCHEME.match(url) is not None


def is_loopback(url: str) -> bool:
    """Whether it can reach nothing but this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme.lower() not in _DIRECT:
            return False
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def provider_of(url: str) -> str:
    """Who takes it, for counting what hangs there; something for any text, so it never raises."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}"


def shown(url: str) -> str:
    """What a log may say of it: no user, no password, no token in the path."""
    scheme = url.partition("://")[0][:20]
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme, parts.hostname or "…"
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        host, port = "…", ""
    return f"{scheme}://{host}{port}" if scheme.lower() in _DIRECT else f"{scheme}://…"
