"""How the doctor comes to one broker: as the canary, or as somebody it must not let in.

Rule: never as the hub. Its sessions are its own; whoever connected with its name would push it out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.canary import Canary
from hub.clock import utc_ms
from hub.devices import certificates, tls
from hub.devices.certificates import CANARY
from hub.doctoring.caller import Caller
from hub.settings import BrokerAt, Login


class GoneFault(Exception):
    """The broker had let the canary in, and no longer does; the message says why."""


def let_in(caller: Caller) -> None:
    """Raises GoneFault: what is then not tried must not look as if it were well."""
    if why := caller.open():
        raise GoneFault(why)


@dataclass(frozen=True, slots=True)
class Way:
    """`name`: of the broker, in findings."""

    name: str
    at: BrokerAt
    canary: Canary

    def caller(
        self,
        client_id: str = CANARY,
        tells_refusals: bool = False,
        keeps_session: bool = False,
    ) -> Caller:
        """As the canary. Raises KeysFault."""
        keys = self.at.keys
        shown = tls.client_context(keys, CANARY) if self.at.tls and keys else None
        login = None if shown is not None else Login(CANARY, self.canary.password)
        return Caller(self.at, client_id, shown, login, tells_refusals, keeps_session)

    @contextmanager
    def strangers(self) -> Iterator[dict[str, Caller]]:
        """Who must stay outside, by what they are."""
        keys = self.at.keys
        if not self.at.tls or keys is None:
            wrong = Login(CANARY, self.canary.password + "x")
            yield {
                "whoever gives no name": Caller(self.at, "stranger"),
                "whoever guesses at a password": Caller(self.at, "stranger", login=wrong),
            }
            return
        with TemporaryDirectory() as folder:
            yield {
                "whoever shows no certificate": Caller(
                    self.at, "stranger", tls.stranger_context(keys)
                ),
                "whoever shows a certificate of another authority": Caller(
                    self.at, "stranger", _impostor(keys, Path(folder))
                ),
            }


def _impostor(keys: Path, folder: Path) -> tls.BrokerContext:
    """The canary's name under an authority of somebody else's: with the hub's, a broker that fell
    for it would lose the hub's session by our own test."""
    now_ms = utc_ms()
    theirs = certificates.issue_client(certificates.make_ca("stranger", now_ms), CANARY, now_ms)
    certificates.write(folder, CANARY, theirs)
    context = tls.stranger_context(keys)
    context.load_cert_chain(
        certificates.cert_file(folder, CANARY), certificates.key_file(folder, CANARY)
    )
    return context
