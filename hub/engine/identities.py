"""What was taken already: the digests of everything that ever had one identity.

Rule: the database knows, exactly; kept here is only how far each boot has counted. A pendant counts
upwards, so a number beyond that needs no look, and the look for every press was the dearest of its
statements. After a turn that failed all of it is forgotten.
"""

from hub.store.store import Store

MAX_BOOTS = 20_000  # of which the newest number is known; beyond it all are asked again

Identity = tuple[str, str, int]  # key id, boot, number


class Identities:
    """One per engine, inside its state."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._newest: dict[tuple[str, str], int] = {}  # (key id, boot) -> highest number stored

    def shas(self, identity: Identity) -> set[str]:
        """Those that earlier turns stored."""
        if identity[2] > self._newest_of(identity[:2]):
            return set()
        rows = self._store.all(
            "SELECT sha FROM seen WHERE key_id = ? AND boot = ? AND seq = ?", identity
        )
        return {row[0] for row in rows}

    def _newest_of(self, boot: tuple[str, str]) -> int:
        newest = self._newest.get(boot)
        if newest is None:
            row = self._store.one("SELECT MAX(seq) FROM seen WHERE key_id = ? AND boot = ?", boot)
            newest = -1 if row is None or row[0] is None else int(row[0])
            self._newest[boot] = newest
        return newest

    def stored(self, identity: Identity) -> None:
        """This turn stores one."""
        boot = identity[:2]
        self._newest[boot] = max(self._newest_of(boot), identity[2])

    def forget(self) -> None:
        """After a turn that failed."""
        self._newest.clear()

    def trim(self) -> None:
        """Between turns: a limit on everything."""
        if len(self._newest) > MAX_BOOTS:
            self._newest.clear()
