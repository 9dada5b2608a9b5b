"""Who may import whom, read from the source with ast.

Rule: an arrow that the design does not have is a failure, however it is written: absolute,
relative, inside a function, or by name through importlib.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.tree import PACKAGES, module_name, python_files

# Does not exist on the chip. Lawful under `if TYPE_CHECKING`, which never runs, and in a branch
# that asks sys.implementation.name and is CPython's.
NOT_ON_THE_CHIP = frozenset(
    {
        *("abc", "contextlib", "dataclasses", "enum", "functools", "hmac", "itertools", "logging"),
        *("pathlib", "queue", "re", "secrets", "subprocess", "threading", "typing", "zoneinfo"),
    }
)
# Modules of the chip's packages that only CPython runs; whoever imports one does so in a branch
# that is CPython's.
CPYTHON_ONLY = {"protocol.patterns": "the hub reads every pendant, a pendant reads one hub"}
# What would give the rules a clock, chance, a log or the outside world.
IMPURE = frozenset(
    {
        *("asyncio", "concurrent", "glob", "http", "io", "logging", "multiprocessing", "os"),
        *("pathlib", "queue", "random", "secrets", "shutil", "signal", "socket", "sqlite3"),
        *("sqlite_utils", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid"),
        *("apprise", "fastapi", "httpx", "paho", "requests", "starlette", "uvicorn"),
    }
)
# What would give the pendant's core a clock, a radio or a pin.
CHIP = frozenset(
    {
        *("asyncio", "uasyncio", "time", "utime", "machine", "network", "esp32", "socket"),
        *("usocket", "select", "ssl", "os", "uos", "random", "sys"),
    }
)
CLOCK_CALLS = frozenset({"now", "utcnow", "today", "monotonic", "perf_counter", "time_ns"})
WORLD_CALLS = frozenset({"open", "print", "input", "exec", "eval", "__import__"})


@dataclass(frozen=True)
class Layer:
    """A part of the tree: which of our packages it may import, which others it may not."""

    name: str
    ours: tuple[str, ...]
    forbidden: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    pure: bool = False


# The most particular first: a module belongs to the first layer whose name it starts with.
LAYERS = (
    Layer("protocol", ("protocol",), CHIP - {"sys"}, NOT_ON_THE_CHIP),
    Layer("firmware.pendant", ("firmware.pendant", "protocol"), CHIP, NOT_ON_THE_CHIP, pure=True),
    Layer("firmware", ("firmware", "protocol"), frozenset(), NOT_ON_THE_CHIP),
    Layer(
        "hub.rules",
        ("hub.rules", "hub.policy.model", "hub.policy.duties", "protocol"),
        IMPURE,
        pure=True,
    ),
    Layer(
        "hub.registers",
        ("hub.registers", "hub.rules", "hub.policy.model", "hub.policy.duties", "hub.policy.words"),
        IMPURE,
        pure=True,
    ),
    Layer("hub", ("hub", "protocol")),
    Layer("simulator", ("simulator", "hub", "firmware", "protocol")),
    Layer("tests", PACKAGES),
)


@dataclass(frozen=True)
class Import:
    line: int
    target: str
    guard: str  # "" | "types" | "cpython": under what condition it runs


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def layer_of(module: str) -> Layer:
    return next(layer for layer in LAYERS if within(module, layer.name))


def _guarded(node: ast.AST) -> tuple[str, list[ast.stmt]]:
    """What an `if` guards, and which of its statements it guards."""
    if not isinstance(node, ast.If):
        return "", []
    asked = ast.unparse(node.test)
    if asked in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
        return "types", node.body
    if asked == "sys.implementation.name == 'micropython'":
        return "cpython", node.orelse
    if asked in (
        "sys.implementation.name != 'micropython'",
        "sys.implementation.name == 'cpython'",
    ):
        return "cpython", node.body
    return "", []


def _targets(node: ast.AST, module: str, is_package: bool) -> list[str]:
    """What one node imports, as absolute names; `from hub import rules` is `hub.rules`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        parts = module.split(".") if is_package else module.split(".")[:-1]
        base = parts[: len(parts) - node.level + 1] if node.level else []
        source = ".".join([*base, *([node.module] if node.module else [])])
        return [f"{source}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else None
        called = node.func.id if isinstance(node.func, ast.Name) else called
        if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
            return [node.args[0].value]
    return []


def imports(source: str, module: str, is_package: bool = False) -> Iterator[Import]:
    """Every import of a module, wherever it stands."""

    def walk(node: ast.AST, guard: str) -> Iterator[Import]:
        for target in _targets(node, module, is_package):
            yield Import(getattr(node, "lineno", 0), target, guard)
        new_guard, guarded = _guarded(node)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, new_guard if child in guarded else guard)

    return walk(ast.parse(source), "")


def import_faults(module: str, source: str, is_package: bool = False) -> list[str]:
    layer = layer_of(module)
    faults = []
    for found in imports(source, module, is_package):
        top = found.target.split(".")[0]
        is_absent = top in layer.absent and module not in CPYTHON_ONLY
        if layer.absent:
            is_absent |= any(within(found.target, name) for name in CPYTHON_ONLY)
        if top in PACKAGES and not any(within(found.target, package) for package in layer.ours):
            faults.append(f"{module}:{found.line} {layer.name} may not import {found.target}")
        elif top in layer.forbidden and found.guard != "types":
            faults.append(f"{module}:{found.line} {layer.name} may not use {top}")
        elif is_absent and not found.guard:
            faults.append(f"{module}:{found.line} MicroPython has no {found.target}")
    return faults


def purity_faults(module: str, source: str) -> list[str]:
    """Calls that reach the clock or the world without an import that would show it."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_CALLS:
            faults.append(f"{module}:{node.lineno} reads a clock: {node.func.attr}()")
        if isinstance(node.func, ast.Name) and node.func.id in WORLD_CALLS:
            faults.append(f"{module}:{node.lineno} touches the world: {node.func.id}()")
    return faults


def test_only_the_arrows_of_the_design_exist() -> None:
    faults, seen = [], set()
    for path, source in python_files():
        module = module_name(path)
        seen.add(layer_of(module).name)
        faults += import_faults(module, source, path.endswith("__init__.py"))
    assert not faults, "\n".join(faults)
    assert seen == {layer.name for layer in LAYERS}, "a layer has no module: is its name right?"


def test_the_pure_parts_have_no_clock_and_no_world() -> None:
    faults = []
    for path, source in python_files():
        if layer_of(module_name(path)).pure:
            faults += purity_faults(module_name(path), source)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("module", "planted"),
    [
        ("protocol.codec", "import hub"),
        ("protocol.codec", "from firmware import app"),
        ("protocol.codec", "import hmac"),
        ("protocol.codec", "import time"),
        ("firmware.app", "import hub.engine"),
        ("firmware.app", "from dataclasses import dataclass"),
        ("firmware.pendant.device", "import asyncio"),
        ("firmware.pendant.device", "def late():\n    from machine import Pin"),
        ("firmware.pendant.device", "from ..mqtt import Client"),
        ("firmware.pendant.device", "from firmware.boards import unix"),
        ("hub.engine", "from simulator.live import broker"),
        ("hub.engine", "import importlib\nimportlib.import_module('firmware.app')"),
        ("hub.rules.visit", "import sqlite3"),
        ("hub.rules.visit", "from hub.store import log"),
        ("hub.rules.visit", "from .. import store"),
        ("hub.rules.visit", "import logging"),
        ("hub.rules.visit", "from time import monotonic"),
        ("simulator.cli", "from tests.conftest import need"),
        ("hub.rules.visit", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n import hub.app"),
        ("protocol.codec", "if TYPE_CHECKING:\n    pass\nelse:\n    import typing"),
        ("protocol.codec", "if sys.implementation.name == 'micropython':\n    import hmac"),
        ("firmware.pendant.x", "if sys.implementation.name == 'cpython':\n    import time"),
        ("protocol.writer", "from protocol.patterns import LineReader"),
        ("protocol.patterns", "import time"),
        ("hub.rules.visit", "from hub.policy import load"),
        ("hub.rules.visit", "from hub.registers import rule"),
        ("hub.registers.rule", "from hub.store import log"),
        ("hub.registers.rule", "import sqlite3"),
        ("hub.registers.rule", "from time import time"),
    ],
)
def test_a_planted_import_is_found(module: str, planted: str) -> None:
    assert import_faults(module, planted), f"{planted!r} in {module} went unseen"


@pytest.mark.parametrize(
    ("module", "lawful"),
    [
        ("protocol.codec", "import hashlib, json, sys"),
        ("protocol.codec", "if TYPE_CHECKING:\n    from typing import Any"),
        ("protocol.codec", "if sys.implementation.name == 'cpython':\n    import hmac"),
        ("protocol.patterns", "import re"),
        ("hub.verify", "from protocol.patterns import LineReader"),
        ("firmware.app", "import asyncio, time\nfrom protocol import codec"),
        ("firmware.pendant.device", "from . import gestures\nfrom protocol.messages import Beat"),
        ("hub.rules.visit", "from datetime import timedelta\nfrom .phases import Phase"),
        ("hub.engine", "from hub.store import log\nimport time"),
        ("simulator.cli", "import hub.app, firmware.app, protocol.codec"),
        ("tests.hub.test_x", "import simulator.cli\nfrom tests.conftest import need"),
    ],
)
def test_a_lawful_import_passes(module: str, lawful: str) -> None:
    assert import_faults(module, lawful) == []


@pytest.mark.parametrize(
    "planted", ["datetime.now(UTC)", "date.today()", "open('x')", "print('x')", "clock.monotonic()"]
)
def test_a_planted_look_at_the_clock_is_found(planted: str) -> None:
    assert purity_faults("hub.rules.visit", planted)
