"""The pendant with one of its tasks broken, for its judge in tests/firmware/test_supervision.py:
`PYTHON hang_rig.py TASK HOW --flash DIR --control PORT`.

A second after its start that task raises, ends, waits for ever, or blocks the whole program: it
spins, or sleeps in a system call. "chip": the flash chip blocks it, at the first record. Everything
else is the firmware as it is. It says on standard output when.
"""

import asyncio
import sys
import time

HERE = (__file__.rsplit("/", 1)[0] if "/" in __file__ else ".") + "/"
sys.path.insert(0, HERE + "../..")

from firmware import main  # noqa: E402 - only now can they be found
from firmware.app import App  # noqa: E402
from firmware.boards.flash import FlashFolder  # noqa: E402
from firmware.boards.unix import Board  # noqa: E402
from firmware.mqtt import Client  # noqa: E402
from firmware.waits import pause_ms  # noqa: E402

TASKS: "dict[str, tuple[type, str]]" = {
    "board": (Board, "run"),
    "buttons": (App, "_buttons"),
    "ticker": (App, "_ticker"),
    "flash": (App, "_flash_writer"),
    "feel": (App, "_feel"),
    "link": (Client, "run"),
    "watchdog": (App, "_watchdog"),
}
CAUSE = "planted"


def say_so() -> None:
    print("broken")
    if hasattr(sys.stdout, "flush"):
        sys.stdout.flush()


async def broken(how: str) -> None:
    say_so()
    if how == "raise":
        raise ValueError(CAUSE)
    if how == "wait":
        await asyncio.Event().wait()
    if how == "sleep":
        time.sleep(3600)  # noqa: ASYNC251 - that nothing else runs is the point
    while how == "spin":
        pass


def spinning_write(self: object, name: str, blob: bytes) -> None:
    """A flash chip that never answers."""
    say_so()
    while True:
        pass


def plant(task: str, how: str) -> None:
    if task == "chip":
        FlashFolder.write = spinning_write  # type: ignore[method-assign]  # the plant
        return
    owner, name = TASKS[task]
    whole = getattr(owner, name)

    async def instead(self: object, *args: object) -> None:
        """As it is for a second, in a task of its own, and then broken."""
        going = asyncio.create_task(whole(self, *args))
        await pause_ms(1000)
        going.cancel()
        await broken(how)

    setattr(owner, name, instead)


def run_with(task: str, how: str, argv: "list[str]") -> None:
    plant(task, how)
    main.main(argv)


if __name__ == "__main__":
    run_with(sys.argv[1], sys.argv[2], sys.argv[3:])
