"""Start of the pendant: find the board, read the settings, run the app.

Whatever the flash holds, it starts: settings that cannot be read are recovered as far as they go
(pendant/salvage.py), since an SOS must still go out; the core tells her and the hub.

On the desktop: `micropython -X heapsize=256wK firmware/main.py --flash DIR --control PORT`, or the
same with python. On the chip `/main.py` imports this module: the folders there are `/firmware` and
`/protocol`, so that every import has the same name everywhere.
"""

import asyncio
import sys

USAGE_STATUS = 2
if __name__ == "__main__":  # started by its path: the packages are one folder up
    sys.path.insert(0, (__file__.rsplit("/", 1)[0] if "/" in __file__ else ".") + "/..")

from firmware.app import App  # noqa: E402 - only now can they be found
from firmware.pendant.device import Device  # noqa: E402
from firmware.pendant.settings import Settings, load  # noqa: E402
from firmware.tls import load as load_tls  # noqa: E402
from firmware.uptime import Uptime  # noqa: E402
from protocol.errors import LocalProtocolError  # noqa: E402

if sys.platform == "esp32":
    from firmware.boards.esp32 import Board
else:
    from firmware.boards.unix import Board


def settings_of(board: Board) -> "tuple[Settings, str, bool]":
    """The settings, what is wrong with them ("" if nothing is), and whether it is safe mode."""
    first = board.file("settings.json")
    try:
        return load(str(first, "utf-8")), "", False
    except (LocalProtocolError, UnicodeError) as fault:
        board.note("log", str(fault))
    # Only now: a whole pendant has better uses for the memory.
    from firmware.pendant.salvage import recover

    spare, cert = board.file("settings.bak"), board.file("cert.der")
    return recover(first, spare, cert, board.random_bytes)


def main(argv: "list[str]") -> None:
    """Runs until a reset."""
    try:
        board = Board(argv)
    except LocalProtocolError as fault:
        sys.stderr.write(str(fault) + "\n")
        sys.exit(USAGE_STATUS)
    settings, damage, safe_mode = settings_of(board)
    tls = None
    if settings.tls:
        try:
            tls = load_tls(board.file, settings.server_name)
        except LocalProtocolError as fault:
            board.note("log", str(fault))
            damage, safe_mode = (damage + "; keys damaged").strip("; "), True
    now_ms = Uptime(board.ticks_ms)
    device = Device(settings, board.random_bytes, now_ms(), damage, safe_mode)
    asyncio.run(App(board, device, settings, now_ms, tls).run())


if __name__ == "__main__":
    main(sys.argv[1:])
