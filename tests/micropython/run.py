"""Runs test files inside the interpreter it is started with: `micropython run.py FILE…`.

No pytest in here: MicroPython has none. Every function named test_… of each file is called, a
coroutine function's result is awaited; one line each: `ok FILE NAME` or `FAILED FILE NAME` with the
traceback before it. Without files it finds test_*.py beside itself. Exit 1 if anything failed or if
there was nothing to run.
"""

import asyncio
import os
import sys

LIMIT_S = 30  # of one asynchronous test

HERE = (__file__.rsplit("/", 1)[0] if "/" in __file__ else ".") + "/"
sys.path[:0] = [HERE + "../..", HERE]


def show_trace(error: BaseException) -> None:
    if sys.implementation.name == "micropython":
        sys.print_exception(error)  # type: ignore[attr-defined]  # MicroPython's own
    else:
        sys.excepthook(type(error), error, error.__traceback__)


def run_one(function: object) -> None:
    """A generator on MicroPython, a coroutine on CPython: both have send()."""
    result = function()  # type: ignore[operator]  # a function by its name, found in a module
    if hasattr(result, "send"):
        asyncio.run(asyncio.wait_for(result, LIMIT_S))


def run_file(name: str) -> "tuple[int, int]":
    """(run, failed)"""
    module = __import__(name)
    run = failed = 0
    for test in sorted(dir(module)):
        if not test.startswith("test_"):
            continue
        run += 1
        try:
            run_one(getattr(module, test))
            print("ok", name, test)
        except Exception as error:  # noqa: BLE001 - whatever it is, this test failed; say so
            failed += 1
            show_trace(error)
            print("FAILED", name, test)
    return run, failed


def main(names: "list[str]") -> int:
    if not names:
        names = sorted(
            name[:-3]
            for name in os.listdir(HERE)
            if name.startswith("test_") and name[-3:] == ".py"
        )
    run = failed = 0
    for name in names:
        counts = run_file(name)
        run, failed = run + counts[0], failed + counts[1]
    print(run, "run,", failed, "failed")
    return 1 if failed or not run else 0


sys.exit(main([name.rsplit("/", 1)[-1].replace(".py", "") for name in sys.argv[1:]]))
