"""Mutation testing: is there a test that would notice if this line said something else?

    python -m tests.mutation {protocol,pendant,rules} [--folder build/mutation]
                             [--again] [--quick] [--wide] [NAME ...]

Copies the tree, lets mutmut change the copy and run the quick tests against each mutant in a fork
of one warm process, and tries again, each in a process of its own, what lived: a fork inherits
tables that were filled before the mutant was chosen. It can be stopped and goes on where it was.
--again: there are new tests, so what lived is tried anew. --quick: without the second look.
--wide: the second look with the slower tests. NAME (a glob pattern): a second look at these only.
docs/mutation.md has the last run, and what lived.

Rule: the mutants are in the copy, never in the checkout; the sample is every n-th mutant in the
order of the source, so the same tree gives the same sample.
"""

import argparse
import fnmatch
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.mutation.targets import TARGETS, Target
from tests.tree import PACKAGES, ROOT, files

MUTMUT = [sys.executable, "-c", "from mutmut.__main__ import cli; cli()"]
# mutmut looks at these names only after it has made the mutants and timed the tests.
NO_MUTANT = "none-has-this-name"
SKIPPED = 34  # mutmut's own code for a mutant that is not to be tried
TESTS_FAILED = 1
LIVED = (0, 33)  # survived, and: no test came by
TIMED_OUT = (36, 24, 152, 255, -24)
WORDS = {TESTS_FAILED: "killed", **dict.fromkeys(LIVED, "survived")}
WORDS |= dict.fromkeys(TIMED_OUT, "timed out")
FRESH_LIMIT_S = 600


def copy_tree(folder: Path) -> None:
    """The checkout as it is on disk; files that did not change keep what was found about them.
    mutmut makes its modules anew by their dates, and never looks at its other files again."""
    for path in files():
        copies = [folder / path]
        if path.suffix != ".py" and (folder / "mutants" / path).exists():
            copies.append(folder / "mutants" / path)
        for copy in copies:
            copy.parent.mkdir(parents=True, exist_ok=True)
            if not copy.exists() or copy.read_bytes() != (ROOT / path).read_bytes():
                shutil.copy2(ROOT / path, copy)


def configure(folder: Path, target: Target) -> None:
    """mutmut reads setup.cfg where pyproject.toml has nothing for it."""
    beside = sorted({p.parts[0] for p in files()} - {*PACKAGES, "tests"})
    arguments = ["-p", "no:cacheprovider", "-p", "tests.mutation.order"]
    options = {
        "source_paths": [name for name in PACKAGES if name != "tests"],
        "only_mutate": [target.only],
        "also_copy": [name for name in beside if name != "setup.cfg"],
        "pytest_add_cli_args": arguments + [f"--deselect={name}" for name in target.not_quick],
        "pytest_add_cli_args_test_selection": list(target.quick),
    }
    lines = ["[mutmut]", "use_setproctitle=false", "use_git_change_detection=false"]
    lines += ["timeout_multiplier=3.0", "timeout_constant=2.0"]
    for name, values in options.items():
        lines += [f"{name}=", *(f"    {value}" for value in values)]
    (folder / "setup.cfg").write_text("\n".join(lines) + "\n", encoding="utf-8")


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **more}


def mutmut(folder: Path, *names: str) -> int:
    command = [*MUTMUT, "run", "--max-children", "1", *names]
    settings = environment(ALLSWELL_HYPOTHESIS="mutation")
    return subprocess.run(command, cwd=folder, env=settings, check=False).returncode


def metas(folder: Path) -> dict[str, Path]:
    """mutated file -> what mutmut keeps about its mutants."""
    made = folder / "mutants"
    return {
        path.relative_to(made).as_posix().removesuffix(".meta"): path
        for path in sorted(made.rglob("*.meta"))
    }


def draw(folder: Path, target: Target) -> None:
    """Mark as skipped what is not in the sample; what has a verdict keeps it."""
    for source, meta in metas(folder).items():
        kept = json.loads(meta.read_text(encoding="utf-8"))
        codes = kept["exit_code_by_key"]
        for number, name in enumerate(codes):
            if number % target.every(source) and codes[name] is None:
                codes[name] = SKIPPED
        meta.write_text(json.dumps(kept, indent=4), encoding="utf-8")


def forget_survivors(folder: Path) -> None:
    for meta in metas(folder).values():
        kept = json.loads(meta.read_text(encoding="utf-8"))
        codes = kept["exit_code_by_key"]
        kept["exit_code_by_key"] = {n: None if code in LIVED else code for n, code in codes.items()}
        meta.write_text(json.dumps(kept, indent=4), encoding="utf-8")


def quick_codes(folder: Path) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for meta in metas(folder).values():
        found.update(json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"])
    return found


def fresh(folder: Path, name: str, target: Target, wide: bool) -> str:
    """The verdict on one mutant in a process that has never run anything else."""
    selection = target.wide if wide else target.quick
    without = target.not_wide if wide else target.not_quick
    profile = "ci" if wide else "mutation"
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--rootdir=.", "--tb=no"]
    command += ["-p", "no:cacheprovider", "-p", "tests.mutation.order", *selection]
    command += [f"--deselect={name}" for name in without]
    try:
        done = subprocess.run(
            command,
            cwd=folder / "mutants",
            env=environment(MUTANT_UNDER_TEST=name, ALLSWELL_HYPOTHESIS=profile),
            check=False,
            capture_output=True,
            timeout=FRESH_LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        return "timed out"
    return "survived" if done.returncode == 0 else "killed"


def judge(folder: Path, target: Target, patterns: list[str], wide: bool) -> dict[str, str]:
    """mutant -> verdict; what was found before is kept unless its name is asked for."""
    book = folder / "verdicts.json"
    verdicts: dict[str, str] = json.loads(book.read_text()) if book.exists() else {}
    for name, code in quick_codes(folder).items():
        asked = any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
        if code is None or code == SKIPPED or (patterns and not asked):
            continue
        before = verdicts.get(name)
        if code == TESTS_FAILED and not asked:
            verdicts[name] = "killed"
        elif code in TIMED_OUT and not asked:
            verdicts[name] = "timed out"
        elif before is None or asked or (wide and before == "survived"):
            verdicts[name] = fresh(folder, name, target, wide)
            print(verdicts[name], name, flush=True)
        book.write_text(json.dumps(verdicts, indent=1), encoding="utf-8")
    return verdicts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "mutation")
    for option in ("--again", "--quick", "--wide"):
        parser.add_argument(option, action="store_true")
    chosen = parser.parse_args()
    target = TARGETS[chosen.target]
    folder = chosen.folder.resolve() / chosen.target
    copy_tree(folder)
    configure(folder, target)
    mutmut(folder, NO_MUTANT)
    if chosen.again:
        forget_survivors(folder)
        (folder / "verdicts.json").unlink(missing_ok=True)
    if not chosen.names:
        draw(folder, target)
        if mutmut(folder):
            sys.exit("mutmut did not come to its end")
    codes = quick_codes(folder)
    found = {n: WORDS.get(code, "?") for n, code in codes.items() if code not in (None, SKIPPED)}
    if not chosen.quick:
        found |= judge(folder, target, chosen.names, chosen.wide)
    print(f"{chosen.target}: {len(found)} of {len(codes)} tried, {dict(Counter(found.values()))}")


if __name__ == "__main__":
    main()
