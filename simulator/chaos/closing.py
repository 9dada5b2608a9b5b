"""The end of a run: the hub's own tools on its stopped database, then the statements.

Rule: the log is judged by `allswell log verify` and `allswell log replay` as anybody would run
them, and by statements that know nothing of the hub's rules.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from simulator.chaos.bounds import Bounds, Violation
from simulator.chaos.kept_first import stored_true
from simulator.chaos.logbook import Logbook, read
from simulator.chaos.presses import first_pages, in_log, stored, ways
from simulator.chaos.recording import seen_in
from simulator.chaos.statements import STATEMENTS, check
from simulator.chaos.totals import Totals
from simulator.live.feed import Happening
from simulator.storm.seen import Befell, Delivered, Seen

TOOL_S = 600.0
TOOLS = {"log-chain": "verify", "replay": "replay"}


def tools(config: Path) -> Iterator[Violation]:
    """`allswell log verify` and `allswell log replay`."""
    for statement, word in TOOLS.items():
        argv = [sys.executable, "-m", "hub.cli", "log", word, "--config", str(config)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=TOOL_S, check=False)
        if done.returncode:
            yield Violation(statement, -1, f"allswell log {word}: {done.stderr or done.stdout}")


def close(totals: Totals, items: list[Happening], folder: Path, bounds: Bounds) -> None:
    """Counts, and checks unless it was ended early. The hub must be down."""
    seen, book = seen_in(items), read(folder)
    _count(totals, seen, book)
    totals.resets = sum(item.source == "process" and item.what == "reset" for item in items)
    if not totals.early:
        totals.violations += [*check(seen, book, bounds), *stored_true(seen, book, bounds)]
        totals.statements = len(STATEMENTS) + 1 + len(TOOLS)


def _count(totals: Totals, seen: Seen, book: Logbook) -> None:
    totals.stored = len(stored(seen))
    totals.in_log = len(in_log(book))
    totals.log_rows = len(book.lines)
    totals.pages = sum(isinstance(each, Delivered) for each in seen.all)
    totals.faults = dict(Counter(each.kind for each in seen.all if isinstance(each, Befell)))
    totals.page_ms = list(_page_times(seen, book))


def _page_times(seen: Seen, book: Logbook) -> Iterator[int]:
    """From the press, or from the end of the last outage before its page, to that page."""
    presses, pages = stored(seen), first_pages(seen, book)
    spans = ways(seen, presses)
    for press in presses:
        page = pages.get((press.pendant, press.identity))
        if page is None:
            continue
        ends = [span.to_ms for span in spans[press.pendant] if span.to_ms <= page.at_ms]
        yield max(0, page.at_ms - max([press.at_ms, *ends[-1:]]))
