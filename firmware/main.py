"""Start of the pendant: find the board, read the settings, run the app.

On the desktop: `micropython -X heapsize=100wK firmware/main.py --flash DIR --control PORT`, or the
same with python. On the chip `/main.py` imports this module: the folders there are `/firmware` and
`/protocol`, so that every import has the same name everywhere.
"""

import asyncio
import sys

BAD_SETTINGS_STATUS = 2
if __name__ == "__main__":  # started by its path: the packages are one folder up
    sys.path.insert(0, (__file__.rsplit("/", 1)[0] if "/" in __file__ else ".") + "/..")

from firmware.app import App  # noqa: E402 - only now can they be found
from firmware.pendant.device import Device  # noqa: E402
from firmware.pendant.settings import load  # noqa: E402
from firmware.tls import load as load_tls  # noqa: E402
from firmware.uptime import Uptime  # noqa: E402
from protocol.errors import LocalProtocolError  # noqa: E402

if sys.platform == "esp32":
    from firmware.boards.esp32 import Board
else:
    from firmware.boards.unix import Board


def main(argv: "list[str]") -> None:
    """Runs until a reset; without lawful settings a pendant is nobody, and says so."""
    try:
        board = Board(argv)
        settings = load(str(board.file("settings.json"), "utf-8"))
        tls = load_tls(board.file, settings.server_name) if settings.tls else None
    except (LocalProtocolError, UnicodeError) as fault:
        sys.stderr.write(str(fault) + "\n")
        sys.exit(BAD_SETTINGS_STATUS)
    now_ms = Uptime(board.ticks_ms)
    device = Device(settings, board.random_bytes, now_ms())
    asyncio.run(App(board, device, settings, now_ms, tls).run())


if __name__ == "__main__":
    main(sys.argv[1:])
