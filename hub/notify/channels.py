"""One page to one address, by Apprise; a receiver of JSON gets the page's facts besides its text.

Rule: `send` says why it failed instead of raising, and gives a silent provider a limit at every
socket operation; who calls it holds the limit on the whole (a drip of bytes knows no such limit).
"""

import logging
import re
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from apprise import Apprise, AppriseAsset
from apprise.plugins.custom_json import NotifyJSON

from hub.notify.addresses import as_apprise, is_lawful

CONNECT_S = 4.0
READ_S = 5.0
# A redirect could lead a simulation's page off this machine, and a real one to a stranger.
_ASSET = AppriseAsset(
    app_id="allswell", app_desc="lone-worker safety", app_url="", http_redirects=False
)
_STATUS = re.compile(r"error=\d+")
_APPRISE_LOG = logging.getLogger("apprise")


@dataclass(frozen=True, slots=True)
class Letter:
    """What is handed to a provider. `facts` go to receivers of JSON; people read the rest."""

    subject: str
    text: str
    facts: Mapping[str, str | int | bool]


class _Complaints(logging.Handler):
    """What Apprise says of a failed send, for the thread that is sending: it returns only False."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._of = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        self._of.said = record.getMessage()

    def take(self) -> str:
        said, self._of.said = getattr(self._of, "said", ""), ""
        return str(said)


@cache
def prepare() -> _Complaints:
    """Load the plugins, once and before the first page, which would else wait for them."""
    handler = _Complaints()
    _APPRISE_LOG.addHandler(handler)
    # Its lines name addresses; ours say which page failed and why, without them.
    _APPRISE_LOG.propagate = False
    with warnings.catch_warnings():
        # Some plugins import modules that newer Pythons will miss; we do not use those plugins.
        warnings.simplefilter("ignore", DeprecationWarning)
        Apprise.instantiate("json://127.0.0.1", asset=_ASSET)
    return handler


def fault_of(url: str, simulation: bool) -> str:
    """Why nothing could be sent to this address; "" when it is one that Apprise understands."""
    if not is_lawful(url, simulation):
        return "a simulation reaches nothing but this machine" if simulation else "no address"
    prepare()
    if Apprise.instantiate(as_apprise(url), asset=_ASSET) is None:
        return "Apprise does not understand this address"
    return ""


def send(url: str, letter: Letter, simulation: bool) -> str:
    """Hand one letter over. "" when the provider took it, else why not. Blocks."""
    complaints = prepare()
    complaints.take()
    if not is_lawful(url, simulation):
        return "not sent: a simulation reaches nothing but this machine"
    provider = Apprise.instantiate(as_apprise(url), asset=_ASSET)
    if provider is None:
        return "Apprise does not understand this address"
    provider.socket_connect_timeout = CONNECT_S
    provider.socket_read_timeout = READ_S
    if isinstance(provider, NotifyJSON):
        provider.payload_extras.update(letter.facts)
    try:
        taken = provider.notify(title=letter.subject, body=letter.text)
    except Exception as exc:  # noqa: BLE001 - plugins raise what they like
        return f"the provider's plugin failed: {type(exc).__name__}"
    said = complaints.take()
    if taken:
        return ""
    if not isinstance(provider, NotifyJSON):
        # What a plugin says may name a telephone number or a chat: only its status is kept.
        said = " ".join(_STATUS.findall(said)[:1])
    return said or "the provider did not take it"
