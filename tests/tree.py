"""The files of the checkout, for the tests that read the source instead of running it.

Rule: what is on disk counts, committed or not; what tools made does not.
"""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("protocol", "firmware", "hub", "simulator", "tests")
MADE_BY_TOOLS = frozenset({"build", "dist", "node_modules", "__pycache__"})
TEXT_SUFFIXES = frozenset(
    {".css", ".html", ".js", ".json", ".md", ".py", ".sh", ".svg", ".toml", ".txt", ".yaml", ".yml"}
)
TEXT_NAMES = frozenset({"Makefile", "LICENSE", "run", "chip-gates", ".gitignore"})


def files() -> Iterator[Path]:
    """Every file of the tree, as a path from its root, sorted within its folder."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if not made_by_tools(name))
        yield from (Path(folder, name).relative_to(ROOT) for name in sorted(names))


def made_by_tools(name: str) -> bool:
    hidden = name.startswith(".") and name != ".ci"
    return hidden or name in MADE_BY_TOOLS or name.endswith(".egg-info")


def text_files() -> Iterator[tuple[str, str]]:
    """(path, text) of everything a person would read."""
    for path in files():
        if path.suffix in TEXT_SUFFIXES or path.name in TEXT_NAMES:
            yield path.as_posix(), (ROOT / path).read_text(encoding="utf-8")


def python_files() -> Iterator[tuple[str, str]]:
    """(path, text) of every Python module of ours."""
    for path in files():
        if path.suffix == ".py" and path.parts[0] in PACKAGES:
            yield path.as_posix(), (ROOT / path).read_text(encoding="utf-8")


def module_name(path: str) -> str:
    """`hub/rules/__init__.py` -> `hub.rules`."""
    parts = path.removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
