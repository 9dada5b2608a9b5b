"""The docs name everything that a reader can meet: commands, messages, kinds, keys, settings.

Rule: the names come from the code, so a new one without its line in the docs is a failure; and they
count only where the docs show them as code, so that no ordinary word passes for an explanation.
"""

import ast
import re
import tomllib
import typing
from collections.abc import Iterator
from types import ModuleType

import click
import pytest

import hub.cli
import simulator.cli
from firmware.pendant import settings as pendant_settings
from hub.rules import effects, kinds
from protocol import messages
from simulator.live import scenario
from simulator.live.pendant import GESTURES
from tests.tree import ROOT, python_files, text_files

# `code` or a fenced block; what stands in either is shown as code.
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
NAME = re.compile(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*")
CLAUSE = re.compile(r"\b[A-Z][A-Z0-9]{1,3}-[0-9A-Za-z][0-9A-Za-z.]*\b")
# hub.toml_source.Table: the first argument of these is a key of a file that people write.
KEY_READERS = frozenset({"text", "choice", "number", "flag", "texts", "table", "tables"})


def is_docs(path: str) -> bool:
    return path == "README.md" or (path.startswith("docs/") and path.endswith(".md"))


DOCS = {path: text for path, text in text_files() if is_docs(path)}


def shown_as_code(text: str) -> set[str]:
    """Every name in a code span or block, whole and in its parts: `--data DIR` shows data."""
    return {name for span in CODE.findall(text) for name in NAME.findall(span)}


SHOWN = set().union(*(shown_as_code(text) for text in DOCS.values()))
SPANS = " ".join(re.sub(r"\s+", " ", span) for text in DOCS.values() for span in CODE.findall(text))


def is_shown(name: str) -> bool:
    """`broker kill` is shown by its words together, a single name by itself."""
    return name in SPANS if " " in name else name in SHOWN


def keys_read(source: str) -> Iterator[str]:
    """The keys that a module reads from a file, found where it reads them: `table.text("zone")`,
    or `_span(table, "wait")` for a reading that a module spells out once for itself.
    """
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        is_method = isinstance(node.func, ast.Attribute) and node.func.attr in KEY_READERS
        given = node.args if is_method else node.args[1:]
        is_own = bool(given) and ast.unparse(node.args[0]) == "table"
        value = given[0].value if given and isinstance(given[0], ast.Constant) else None
        if (is_method or is_own) and isinstance(value, str):
            yield value


def keys_read_under(*prefixes: str) -> set[str]:
    sources = [source for path, source in python_files() if path.startswith(prefixes)]
    return {key for source in sources for key in keys_read(source)}


def keys_written(branch: object) -> Iterator[str]:
    """The keys of a TOML file, all the way down, but for the free values of a command."""
    for value in branch if isinstance(branch, list) else ():
        yield from keys_written(value)
    for key, value in branch.items() if isinstance(branch, dict) else ():
        yield key
        yield from keys_written(value) if key != "with" else ()


def keys_written_under(prefix: str) -> set[str]:
    found = [text for path, text in text_files() if path.startswith(prefix) and ".toml" in path]
    return {key for text in found for key in keys_written(tomllib.loads(text))}


def commands(group: click.Command, name: str) -> Iterator[str]:
    """`allswell log verify` and so on: every command that can be typed."""
    inside = group.commands if isinstance(group, click.Group) else {}
    for child, command in inside.items():
        yield from commands(command, f"{name} {child}")
    if not inside:
        yield name


def options(group: click.Command) -> Iterator[str]:
    """The long form of every option of a command and of those under it."""
    for parameter in group.params:
        yield from (opt for opt in parameter.opts if opt.startswith("--"))
    for command in (group.commands if isinstance(group, click.Group) else {}).values():
        yield from options(command)


def group_of(module: ModuleType) -> click.Group:
    """A program's outermost group of commands."""
    groups = [thing for thing in vars(module).values() if isinstance(thing, click.Group)]
    inner = [child for group in groups for child in group.commands.values()]
    [outermost] = [group for group in groups if group not in inner]
    return outermost


PROGRAMS = {"allswell": group_of(hub.cli), "allswell-sim": group_of(simulator.cli)}


def names() -> dict[str, set[str]]:
    """What must be shown, by what it is."""
    wire = (*messages.UP_TYPES, *messages.DOWN_TYPES)
    return {
        "message": {message.TYPE for message in wire},
        "field of a message": {name for message in wire for name, _ in message.FIELDS},
        "event of a pendant": set(kinds.PENDANT_EVENTS),
        "command": set(kinds.COMMANDS),
        "event of the hub": set(kinds.HUB_EVENTS),
        "alarm": set(kinds.ALARM_KINDS),
        "means of contact": set(kinds.MEANS),
        "effect": {effect.__name__ for effect in typing.get_args(effects.Effect)},
        "setting of the hub": keys_read_under("hub/settings.py", "hub/roster.py"),
        "setting of a pendant": set(pendant_settings.KEYS),
        "key of a policy": keys_read_under("hub/policy/") | keys_written_under("hub/policies/"),
        "key of a scenario": keys_read_under("simulator/")
        | keys_written_under("simulator/scenarios/"),
        "step of a scenario": set(scenario.KINDS),
        "gesture of a scenario": set(GESTURES),
        "fault of a scenario": set(scenario.FAULTS),
        "expectation of a scenario": set(scenario.EXPECT),
    }


@pytest.mark.parametrize("sort", sorted(names()))
def test_the_docs_show_every_name(sort: str) -> None:
    wanted = names()[sort]
    assert wanted, f"found no {sort} in the code: is it looked for in the right place?"
    missing = sorted(name for name in wanted if not is_shown(name))
    assert not missing, f"no page of docs/ shows as code this {sort}: {', '.join(missing)}"


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_the_docs_show_every_command_line(program: str) -> None:
    typed = list(commands(PROGRAMS[program], program))
    assert typed != [program], f"{program} has no commands"
    missing = [line for line in typed if not re.search(rf"{re.escape(line)}(?![\w-])", SPANS)]
    missing += [opt for opt in options(PROGRAMS[program]) if opt not in SPANS]
    assert not missing, f"no page of docs/ shows: {', '.join(missing)}"


def test_every_clause_that_a_test_carries_is_cited_by_a_policy_or_the_rules() -> None:
    """A misspelt clause on a test would prove nothing about the real one."""
    cited: set[str] = set()
    for path, text in text_files():
        if path.startswith(("hub/", "docs/", "protocol/", "firmware/")):
            cited |= set(CLAUSE.findall(text))
    marked: dict[str, str] = {}
    for path, source in python_files():
        if path.startswith("tests/"):
            for found in re.findall(r"mark\.clause\(([^)]*)\)", source):
                marked |= dict.fromkeys(re.findall(r"[\"']([^\"']+)[\"']", found), path)
    unknown = [f"{path}: {clause}" for clause, path in marked.items() if clause not in cited]
    assert not unknown, "\n".join(unknown)


def test_every_link_between_the_docs_leads_somewhere() -> None:
    broken = []
    for path, text in DOCS.items():
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            is_ours = not re.match(r"[a-z]+:", target)
            if is_ours and not ((ROOT / path).parent / target).exists():
                broken.append(f"{path}: {target}")
    assert not broken, "\n".join(broken)


def test_a_name_in_plain_prose_or_in_part_is_not_shown() -> None:
    assert shown_as_code("a beat is a beat") == set()
    assert shown_as_code("a `beat` and\n```\nsos-pressed --data DIR\n```") == {
        *("beat", "sos-pressed", "data", "DIR")
    }


def test_a_planted_key_and_a_planted_command_are_found() -> None:
    planted = "table.text('zone', 'x')\ntable.number(key)\nother('no')\n_span(table, 'wait', None)"
    assert list(keys_read(planted)) == ["zone", "wait"]
    tree = tomllib.loads("[[step]]\nwho = 'bea'\nwith = {minutes = 5}\n[policy]\nid = 'x'")
    assert set(keys_written(tree)) == {"step", "who", "with", "policy", "id"}
    group = click.Group(
        "top", commands={"log": click.Group("log", commands={"verify": click.Command("verify")})}
    )
    assert list(commands(group, "allswell")) == ["allswell log verify"]
