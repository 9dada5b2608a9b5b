"""When a hub's process dies: at any instant between two of the things that it does.

Rule: whoever is injected into the production code calls `instant` before and after each thing it
does for it; that call may never return.
"""

from typing import Protocol


class Killed(BaseException):
    """The process is gone. No Exception, so that nothing in it thinks that it can go on."""


class Fate(Protocol):
    """What the storm's own store, broker, replies and providers ask."""

    def instant(self, name: str) -> None:
        """A yield point. Raises Killed when the process ends here."""


class Spared:
    """Nothing ever happens."""

    def instant(self, name: str) -> None:
        """Goes on."""
