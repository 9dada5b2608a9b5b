"""New files for a pendant that runs already, by mpremote: what it has kept stays on its flash.

Rule: a cut at any moment leaves a pendant that starts, with the old program or the new one. New
files are copied beside the old; then a mark is set, and whatever has the mark takes the new ones,
now or at the next start (image_files.TAKE). Another pendant's identity is never put over one whose
records are still there, nor another key over presses that were sealed with the old one: no hub
would ever answer them.

The code below is run by the pendant's MicroPython, sent through its raw REPL.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.devices.image_files import FOLDER, FRESH, TAKE, TAKE_MARK
from hub.devices.image_flash import FlashFault, Run
from hub.devices.private_file import write_private

# The program's watchdog cannot be stopped: somebody has to feed it while files are copied.
ASK = """\
import json, machine, os
watchdog = machine.WDT(timeout=8000)
feeder = machine.Timer(0)
feeder.init(period=1000, mode=machine.Timer.PERIODIC, callback=lambda timer: watchdog.feed())
try:
    with open("/pendant/settings.json") as file:
        told = json.load(file)
    owed = [name for name in os.listdir("/pendant") if name[:2] == "e-" and name[-4:] == ".rec"]
    print("this is pendant <%s> <%s> <%d>" % (told["pendant"], told["key_id"], len(owed)))
except (OSError, ValueError, KeyError):
    print("this is pendant <> <> <0>")
"""
SWEEP = (
    TAKE
    + """
for name in os.listdir("/"):
    if name[-4:] == ".new":
        os.remove("/" + name) if name == "main.py.new" else remove("/" + name)
"""
)
SWITCH = (
    TAKE
    + f"""
open({TAKE_MARK!r}, "w").close()
take()
"""
)
_IS = re.compile(r"this is pendant <([a-z0-9-]*)> <([a-z0-9-]*)> <(\d+)>")


@dataclass(frozen=True, slots=True)
class Itself:
    """What a pendant says of itself; `name` is "" if its settings cannot be read. `owed`: how many
    presses it keeps that the hub has not received."""

    name: str
    key_id: str
    owed: int


class Running:
    """A pendant at a port whose program is interrupted for this."""

    def __init__(self, port: str, run: Run) -> None:
        self._port = port
        self._run = run

    def itself(self) -> Itself:
        """Who it is. From now on its watchdog is fed."""
        found = _IS.search(self._run(self.command("exec", ASK)))
        if found is None:
            raise FlashFault("it does not say who it is: flash it whole, without --running")
        return Itself(found[1], found[2], int(found[3]))

    def put(self, staged: Path) -> list[list[str]]:
        """The commands: clear what an earlier copy left, copy beside the old, take, start."""
        sources = [str(each) for each in sorted(staged.iterdir())]
        return [
            self.command("exec", SWEEP),
            self.command("fs", "cp", "-r", *sources, ":/"),
            self.command("exec", SWITCH),
            self.command("reset"),
        ]

    def command(self, *words: str) -> list[str]:
        """resume: no soft reset, which would stop what feeds the watchdog."""
        return [sys.executable, "-m", "mpremote", "connect", self._port, "resume", *words]


def stage(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The files under the names that they are copied to, in `folder`."""
    staged = folder / "pendant-files"
    for path, blob in files.items():
        top, _, rest = path.lstrip("/").partition("/")
        in_package = bool(rest) and not path.startswith(FOLDER + "/")
        target = staged / (top + FRESH) / rest if in_package else staged / (path[1:] + FRESH)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(target, blob)
    return staged
