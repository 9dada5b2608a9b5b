"""What became of each press: its page, its row in the hub's log, its receipt."""

from collections import Counter

from simulator.chaos.logbook import Logbook
from simulator.chaos.presses import in_log
from simulator.fleet.tally import Sos
from simulator.live.feed import Happening


def alarms_paged(items: list[Happening]) -> int:
    return len({item.facts["alarm"] for item in items if _is_page(item)})


def _is_page(item: Happening) -> bool:
    return item.source == "page" and bool(item.facts.get("alarm"))


def match_pages(presses: list[Sos], items: list[Happening], book: Logbook) -> None:
    """The first page at or after each press about an alarm of its pendant."""
    pendant_of = {line.alarm: line.pendant for line in book.lines if line.kind == "alarm_raised"}
    pages = [
        (item.at_s, pendant_of.get(str(item.facts["alarm"]), ""))
        for item in items
        if _is_page(item)
    ]
    for press in presses:
        times = [at_s for at_s, name in pages if name == press.pendant and at_s >= press.at_s]
        press.page_s = min(times, default=0.0)


def lost(presses: list[Sos], book: Logbook) -> list[str]:
    """In words: which pendant misses what."""
    logged = Counter(pendant for pendant, _ in in_log(book))
    made = Counter(press.pendant for press in presses)
    found = [
        f"{pendant}: {count} pressed, {logged[pendant]} in the log"
        for pendant, count in made.items()
        if logged[pendant] < count
    ]
    return found + [
        f"{press.pendant}: no receipt of its press at {press.at_s:.1f} s"
        for press in presses
        if not press.receipt_s
    ]
