"""Tidiness, as a test: what a reviewer should never have to say twice.

Rule: no fault is tolerated by default; an exception stands in a short list with its reason.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from typing import TypeGuard

import pytest

from tests.tree import functions, python_files, text_files

MAX_MODULE_LINES = 300
HARD_MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_LONG_MODULES = 6
# path -> why it is one module of more than 300 lines all the same (never more than 400)
LONG_MODULES: dict[str, str] = {}

# Put together here so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(work|root|tmp/brief|opt/pypi|home/\w+)(/|\b(?=['\"`\s]))")
REGISTRY_HOSTS = re.compile(
    "|".join(
        (
            "pypi" + r"\.org",
            "python" + r"hosted\.org",
            "registry\\." + r"npmjs",
            "conda" + r"\.anaconda",
        )
    )
)
DIRECTIVE = re.compile(
    r"#\s*(type:\s*ignore(\[[^\]]*\])?|pyright:\s*ignore(\[[^\]]*\])?|pragma:\s*no\s+\w+"
    r"|noqa(:\s*[A-Z]+[0-9]+(\s*,\s*[A-Z]+[0-9]+)*)?)"
)
LOOSE_NAMES = frozenset({"util", "utils", "helper", "helpers", "manager", "data", "misc", "common"})
WRONG_WORD = re.compile(r"\baler" + r"t(s|ed|ing)?\b", re.IGNORECASE)
# The ARIA role and a product keep their own spelling; the glossary says which word not to use.
WORD_ALLOWED = re.compile("role\\W{0,5}aler" + "t\\b|Aler" + "tmanager|never", re.IGNORECASE)
SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "sleep"})
SKIPS = frozenset({"skip", "skipif", "xfail", "importorskip"})


def docstring_faults(path: str, source: str) -> Iterator[str]:
    """A module says what it is for; an empty package marker has nothing to say."""
    if source.strip() and not ast.get_docstring(ast.parse(source)):
        yield f"{path}:1 has no docstring"


def size_faults(path: str, source: str) -> Iterator[str]:
    lines = source.count("\n")
    limit = HARD_MAX_MODULE_LINES if path in LONG_MODULES else MAX_MODULE_LINES
    if lines > limit:
        yield f"{path}:{lines} is {lines} lines long, the limit is {limit}: split it"
    for node in functions(ast.parse(source)):
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > MAX_FUNCTION_LINES:
            yield f"{path}:{node.lineno} {node.name} is {length} lines long: split it"


def name_faults(path: str, source: str) -> Iterator[str]:
    for part in path.removesuffix(".py").split("/"):
        if part in LOOSE_NAMES:
            yield f"{path}:1 {part!r} says nothing about what is in it"


def text_faults(path: str, text: str) -> Iterator[str]:
    """Faults of any text: unfinished work, loose ends of lines, names of one machine."""
    if text and not text.endswith("\n"):
        yield f"{path}:{text.count(chr(10)) + 1} does not end its last line"
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip():
            yield f"{path}:{number} trailing whitespace"
        if found := UNFINISHED.search(line):
            yield f"{path}:{number} unfinished: {found.group()}"
        if found := MACHINE_PATHS.search(line):
            yield f"{path}:{number} names a path of one machine: {found.group()}"
        if found := REGISTRY_HOSTS.search(line):
            yield f"{path}:{number} names a package registry: {found.group()}"
        if (found := WRONG_WORD.search(line)) and not WORD_ALLOWED.search(line):
            yield f"{path}:{number} {found.group()!r}: the word is alarm"


def comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def ignore_faults(path: str, source: str) -> Iterator[str]:
    """A rule is switched off only with the reason beside it or in a comment line just above; in
    adjacent lines that switch off the same, the first line's reason serves them all.
    """
    found = comments(source)
    lines = source.splitlines()
    reasoned: dict[int, str] = {}
    for number, comment in found.items():
        directive = DIRECTIVE.search(comment)
        if directive is None:
            continue
        above = found.get(number - 1, "")
        is_line_above = bool(above) and lines[number - 2].lstrip().startswith("#")
        reasons = DIRECTIVE.sub("", comment) + (above if is_line_above else "")
        says_why = len(re.findall(r"\b[A-Za-z]+\b", reasons)) >= 2
        if says_why or reasoned.get(number - 1) == directive.group():
            reasoned[number] = directive.group()
        else:
            yield f"{path}:{number} switches a rule off without saying why: {comment}"


def luck_faults(path: str, source: str) -> Iterator[str]:
    """In tests: a sleep outside a loop waits for luck; a skip outside `need` hides a hole."""
    if not path.startswith("tests/"):
        return
    tree = ast.parse(source)
    said = comments(source)
    loops = [n for n in ast.walk(tree) if isinstance(n, ast.While | ast.For | ast.AsyncFor)]
    polled = {inner for loop in loops for inner in ast.walk(loop)}
    for node in ast.walk(tree):
        if is_sleep(node) and node not in polled and node.lineno not in said:
            yield f"{path}:{node.lineno} sleeps once and hopes: wait for the condition"
        if isinstance(node, ast.Attribute) and node.attr in SKIPS and path != "tests/conftest.py":
            owner = ast.unparse(node.value)
            if owner in ("pytest", "pytest.mark"):
                yield f"{path}:{node.lineno} {owner}.{node.attr}: use need(), or mend the test"


def leak_faults(path: str, source: str) -> Iterator[str]:
    """A test module that changes another module when it is imported changes every other test."""
    if not path.startswith("tests/") or not path.split("/")[-1].startswith("test_"):
        return
    tree = ast.parse(source)
    imported = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AugAssign) else targets
        for changed in (ast.unparse(target) for target in targets):
            if "." in changed and changed.split(".")[0] in imported:
                yield f"{path}:{node.lineno} changes {changed} for all tests: do it inside the test"


def is_sleep(node: ast.AST) -> TypeGuard[ast.Call]:
    """A call of time.sleep or asyncio.sleep for longer than nothing."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func) not in SLEEPS:
        return False
    return ast.unparse(node.args[0]) != "0" if node.args else True


def all_faults(path: str, source: str) -> list[str]:
    of_code = (docstring_faults, size_faults, name_faults, ignore_faults, luck_faults, leak_faults)
    return [fault for check in (*of_code, text_faults) for fault in check(path, source)]


def test_the_source_is_tidy() -> None:
    faults = [fault for path, source in python_files() for fault in all_faults(path, source)]
    assert not faults, "\n".join(faults)


def test_every_text_is_tidy() -> None:
    faults = [fault for path, text in text_files() for fault in text_faults(path, text)]
    assert not faults, "\n".join(faults)


def test_the_list_of_long_modules_is_short_and_true() -> None:
    lengths = {path: source.count("\n") for path, source in python_files()}
    assert len(LONG_MODULES) <= MAX_LONG_MODULES
    for path, reason in LONG_MODULES.items():
        assert len(reason.split()) >= 4, f"{path}: the reason says too little"
        assert lengths.get(path, 0) > MAX_MODULE_LINES, f"{path} need not be in the list any more"


GOOD = '"""What it is for."""\n\nx = 1\n'


def test_a_tidy_module_passes() -> None:
    assert all_faults("hub/x.py", GOOD) == []
    assert all_faults("hub/x/__init__.py", "") == []


@pytest.mark.parametrize(
    ("path", "planted", "said"),
    [
        ("hub/x.py", "x = 1\n", "no docstring"),
        ("hub/x.py", GOOD + "y = 2\n" * 300, "limit is 300"),
        ("hub/x.py", GOOD + "def f():\n" + "    y = 2\n" * 60, "f is 61 lines"),
        ("hub/x.py", GOOD + "class C:\n  async def f(self):\n" + "    y = 2\n" * 60, "f is 61"),
        ("hub/utils.py", GOOD, "says nothing"),
        ("hub/data/x.py", GOOD, "says nothing"),
        ("hub/x.py", GOOD + "# TO" + "DO later\n", "unfinished"),
        ("hub/x.py", GOOD + "y = 2  \n", "trailing"),
        ("hub/x.py", GOOD + "y = 2", "last line"),
        ("hub/x.py", GOOD + "P = '/wo" + "rk/main/x'\n", "path of one machine"),
        ("hub/x.py", GOOD + "P = '/ro" + "ot/x'\n", "path of one machine"),
        ("docs/x.md", "see https://py" + "pi.org/x\n", "registry"),
        ("docs/x.md", "an aler" + "t is raised\n", "the word is alarm"),
        ("hub/x.py", GOOD + "y = f()  # no" + "qa\n", "without saying why"),
        ("hub/x.py", GOOD + "y = f()  # no" + "qa: BLE001, E501\n", "without saying why"),
        ("hub/x.py", GOOD + "y = f()  # type: ig" + "nore[arg-type]\n", "without saying why"),
        (
            "hub/x.py",
            GOOD + "y = f()  # no" + "qa: B904 - it is so\nz = 1  # no" + "qa: E402\n",
            "why",
        ),
        ("tests/x.py", GOOD + "time.sleep(1)\n", "hopes"),
        ("tests/x.py", GOOD + "await asyncio.sleep(0.2)\n", "hopes"),
        ("tests/x.py", GOOD + "@pytest.mark.skip\ndef test_x(): ...\n", "use need()"),
        (
            "tests/test_x.py",
            GOOD + "from firmware import mqtt\nmqtt.ACK_MS = mqtt.X = 300\n",
            "changes mqtt.X",
        ),
        ("tests/x.py", GOOD + "pytest.importorskip('x')\n", "use need()"),
    ],
)
def test_a_planted_fault_is_found(path: str, planted: str, said: str) -> None:
    checks = all_faults if path.endswith(".py") else lambda *text: list(text_faults(*text))
    assert any(said in fault for fault in checks(path, planted)), f"{planted!r} went unseen"


@pytest.mark.parametrize(
    "lawful",
    [
        "y = f()  # no" + "qa: BLE001 - a poison message must not stop the loop\n",
        "y = f()  # type: ig" + "nore[misc]  # the decorator is untyped\n",
        "# The library raises whatever it likes.\ny = f()  # no" + "qa: BLE001\n",
        "y = f()  # no" + "qa: E402 - after the path\nz = f()  # no" + "qa: E402\n",
        "while not seen():\n    time.sleep(0.01)\n",
        "asyncio.sleep(0)\n",
        "time.sleep(1)  # the broker's own minimum, nothing to await\n",
        "ROLE = 'role=\"aler" + "t\"'\n",
    ],
)
def test_what_is_lawful_passes(lawful: str) -> None:
    assert all_faults("tests/x.py", GOOD + lawful) == []
