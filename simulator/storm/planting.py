"""Planted bugs: one line of production behaviour changed while it is imported, in a process of its
own, to see that a checker finds it.

Rule: a plant is the text of a line and what stands there instead; nothing of it is ever on disk. A
line that is not there any more, or more than once, is an error: a plant that changes nothing would
prove nothing.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType


class NotPlanted(Exception):
    """The plant does not fit the code; the message says why."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A bug: in `module`, `line` (as it stands there, indentation aside) becomes `instead`.
    `inside`: the function or class in which it stands, where the same line stands elsewhere too.

    `about`: what that breaks, in a sentence. `checkers`: one of them must find it. `seeds`: within
    how many; `weather`: of which weather (weathers.py), "" for any.
    """

    name: str
    about: str
    module: str
    line: str
    instead: str
    checkers: tuple[str, ...]
    inside: str = ""
    seeds: int = 40
    weather: str = ""

    def changed(self, source: str) -> str:
        """The module's text with the bug. Raises NotPlanted."""
        lines = source.splitlines()
        first, last = self._span(lines)
        found = [at for at in range(first, last) if lines[at].strip() == self.line]
        if len(found) != 1:
            raise NotPlanted(
                f"{self.name}: {self.module} has the line {self.line!r} {len(found)} times, not"
                " once: give the plant the line as it is today"
            )
        at = found[0]
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at] = indent + self.instead
        return "\n".join(lines) + "\n"

    def _span(self, lines: list[str]) -> tuple[int, int]:
        """The lines of the function or class, from its head to the next line as far out."""
        if not self.inside:
            return 0, len(lines)
        heads = [f"{word} {self.inside}" for word in ("def", "class")]
        for first, text in enumerate(lines):
            bare = text.lstrip()
            if any(bare.startswith((f"{head}(", f"{head}:")) for head in heads):
                depth = len(text) - len(bare)
                for last in range(first + 1, len(lines)):
                    out = lines[last].lstrip()
                    if out and not out.startswith(")") and len(lines[last]) - len(out) <= depth:
                        return first, last
                return first, len(lines)
        raise NotPlanted(f"{self.name}: {self.module} has no {self.inside!r}")


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, plant: Plant) -> None:
        super().__init__(name, path)
        self._plant = plant

    def get_code(self, fullname: str) -> CodeType:
        """Compiled from the changed text; never from a cache, never into one."""
        path = self.get_filename(fullname)
        source = self.get_data(path).decode()
        return compile(self._plant.changed(source), path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, plant: Plant) -> None:
        self._plant = plant

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != self._plant.module:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None:
            return None
        spec.loader = _Loader(name, spec.origin, self._plant)
        return spec


def plant_bug(plant: Plant) -> None:
    """From here on that module is imported with the bug. Raises NotPlanted."""
    if plant.module in sys.modules:
        raise NotPlanted(f"{plant.name}: {plant.module} has been imported already")
    sys.meta_path.insert(0, _Finder(plant))
