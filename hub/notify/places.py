"""How many sends may be inside the providers at once, and who goes first when they are many.

Rule: what hangs is bounded for each provider and holds nobody else's page. A send that is past its
time still holds a place at its own provider, where it may stay for ever, but none of the total; and
half of the total is kept for providers that have nothing of ours in hand.
"""

from dataclasses import dataclass

AT_ONCE = 64  # within their time: each is a thread and a socket
SHARED = AT_ONCE // 2  # beyond it only a provider's first send goes in
PER_PROVIDER = 8  # so many may hang before that provider gets no more; others go on


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One send inside a provider."""

    provider: str
    deadline_s: float


class Places:
    """Who is inside now. Counted, not timed: a place is free when its send came back."""

    def __init__(self) -> None:
        self._inside: dict[str, list[Place]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._inside.values()))

    def enter(self, provider: str, now_s: float, deadline_s: float) -> Place | None:
        """None: no room now."""
        here = self._inside.get(provider, [])
        if len(here) >= PER_PROVIDER:
            return None
        if self._in_time(now_s) >= (SHARED if here else AT_ONCE):
            return None
        place = Place(provider, deadline_s)
        self._inside[provider] = [*here, place]
        return place

    def leave(self, place: Place) -> None:
        """The send came back, however late."""
        here = self._inside[place.provider]
        here.remove(place)
        if not here:
            del self._inside[place.provider]

    def _in_time(self, now_s: float) -> int:
        everybody = self._inside.values()
        return sum(place.deadline_s > now_s for here in everybody for place in here)
