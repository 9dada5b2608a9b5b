"""The books: events owed to the hub, alarm presses that no person has ended, and their records.

Rule: an event leaves the flash only when the hub's signed receipt names these very bytes, or a
newer routine event had to have its place; an alarm press leaves it only when a person ended it.
"""

from firmware.pendant import journal
from firmware.pendant.outbox import PERSIST_AGAIN_MS, Entry, Outbox
from firmware.pendant.presses import AUDIBLE, OpenPress, OpenPresses
from protocol.messages import Receipt, UpMessage

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

    Outputs = list[tuple[Any, ...]]


class Ledger:
    def __init__(self) -> None:
        self.outbox = Outbox()
        self.presses = OpenPresses()

    def add(self, message: UpMessage, token: bytes, now_ms: int, out: "Outputs") -> None:
        """A new event, asked onto flash."""
        entry = self._entry(message, token, now_ms, out)
        out.append(("persist", entry.name, journal.wrap(token)))

    def add_unkept(self, message: UpMessage, token: bytes, now_ms: int) -> None:
        """An event that is not worth the flash: the next boot speaks for itself."""
        self.outbox.add(Entry(type(message), message.identity(), token, "", now_ms))

    def restore(self, found: journal.Found, now_ms: int, out: "Outputs") -> list[Entry]:
        """Take up what the last boot left; returns the events that are still owed."""
        for identity, kind in found.open:
            self._open(OpenPress(identity, kind, True), out)
        for claim in found.claims:
            if claim != found.latest_claim():
                out.append(("erase", journal.name_of("c", claim)))
        received = [identity for identity, _ in found.open]
        owed = []
        for message, token in found.events:
            if message.identity() in received:
                out.append(("erase", journal.name_of("e", message.identity())))
                continue
            entry = self._entry(message, token, now_ms, out)
            entry.stored = message.identity() not in found.unkept
            if not entry.stored:
                out.append(("persist", entry.name, journal.wrap(token)))
            owed.append(entry)
        return owed

    def persisted(self, name: str, out: "Outputs") -> Entry | None:
        """The flash holds this record; returns the event that has thereby become stored."""
        entry = self.outbox.named(name)
        if entry is not None:
            fresh = not entry.stored
            entry.stored = True
            return entry if fresh else None
        if name[:2] == "o-":
            out.append(("erase", "e" + name[1:]))
            if self.presses.find(journal.identity_in(name)) is None:
                out.append(("erase", name))  # ended while the flash was busy
        elif name[:2] == "e-":
            out.append(("erase", name))  # received or overtaken while the flash was busy
        return None

    def received(self, receipt: Receipt, seq: int, out: "Outputs") -> Entry | None:
        """The event that this receipt answers; an open alarm press keeps a small record."""
        entry = self.outbox.received("%s.%d" % (receipt.boot, receipt.seq), receipt.sha)
        if entry is None:
            return None
        press = self.presses.find(entry.identity)
        if press is not None:
            press.received = True
            press.received_seq = seq
            marker = journal.name_of("o", entry.identity)
            out.append(("persist", marker, journal.wrap(press.kind.encode())))
        elif entry.name:
            out.append(("erase", entry.name))
        return entry

    def end(self, resolved: list[str], out: "Outputs") -> list[OpenPress]:
        """A person ended these alarms; returns the presses that were open here."""
        ended = self.presses.end(resolved)
        for press in ended:
            entry = self.outbox.find(press.identity)
            if entry is not None:
                self.outbox.remove(entry)
            out.append(("erase", journal.name_of("e", press.identity)))
            out.append(("erase", journal.name_of("o", press.identity)))
        return ended

    def is_alarm_record(self, name: str) -> bool:
        """The record of an alarm, which finds a place on a flash that is full."""
        entry = self.outbox.named(name)
        return name[:2] == "o-" or (entry is not None and entry.alarm)

    def give_way(self) -> str:
        """The oldest routine record on flash, which now makes room for an alarm's; "" if none is.
        The event itself is sent as long as the power lasts."""
        entry = self.outbox.oldest_kept()
        if entry is None:
            return ""
        name, entry.name = entry.name, ""
        return name

    def ask_again(self, now_ms: int, out: "Outputs") -> None:
        """A flash that did not answer may have recovered."""
        for entry in self.outbox.all():
            if not entry.stored and now_ms >= entry.asked_ms + PERSIST_AGAIN_MS:
                entry.asked_ms = now_ms
                out.append(("persist", entry.name, journal.wrap(entry.token)))

    def next_ms(self) -> int:
        """When the flash is to be asked again; -1 if it keeps everything."""
        due = [entry.asked_ms + PERSIST_AGAIN_MS for entry in self.outbox.all() if not entry.stored]
        return min(due) if due else -1

    def _entry(self, message: UpMessage, token: bytes, now_ms: int, out: "Outputs") -> Entry:
        identity = message.identity()
        entry = Entry(type(message), identity, token, journal.name_of("e", identity), now_ms)
        if entry.alarm:
            self._open(OpenPress(identity, message.TYPE, False), out)
        dropped = self.outbox.add(entry)
        if dropped is not None and dropped.name:
            out.append(("erase", dropped.name))
        return entry

    def _open(self, press: OpenPress, out: "Outputs") -> None:
        let_go = self.presses.add(press)
        if let_go is not None:
            out.append(("erase", journal.name_of("o", let_go.identity)))


def is_audible(entry: Entry) -> bool:
    """An alarm that she may be told about."""
    return entry.type_name in AUDIBLE
