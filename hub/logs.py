"""The hub's own log lines, to stderr: time in UTC, level, part, what happened, key=value facts.

Rule: no secrets and no personal facts; ids only. What happened to people is in the store's log.
"""

import logging
import sys
import time

LINE = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s"
QUIET = ("httpx", "asyncio", "uvicorn.error")  # of these only what is wrong


def to_stderr(level: int = logging.INFO) -> None:
    """Once, by the process that serves."""
    formatter = logging.Formatter(LINE, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
