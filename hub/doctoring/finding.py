"""A finding: what is wrong, and how to mend it.

Rule: one line each, and no secret in it; what could not be found out is a finding too.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`about`: the part; `said` and `mend` are sentences, the first without its full stop.

    `grave`: what should be mended before anybody relies on this hub. The rest is what nobody can
    find out from here.
    """

    about: str
    said: str
    mend: str
    grave: bool = True

    def __str__(self) -> str:
        return f"{self.about}: {self.said}. {self.mend}"
