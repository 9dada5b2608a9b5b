"""What outlives a reset beside the flash: alarms that it has not kept yet.

Rule: a board remembers a few bytes over a reset that no flash is needed for (and no power cut
spares). Whatever resets a pendant whose flash hangs, an alarm that waits for it is taken up by the
next boot: as not kept, so that it is asked onto flash again and felt as stored only then.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    Record = tuple[str, bytes]

MAX_BYTES = 2048  # of the ESP32's RTC memory, all there is
HEAD_BYTES = 3  # how long the name is, and the blob
UNKEPT = "u"  # instead of the "e" of an event's record


def pack(records: "list[Record]") -> bytes:
    """As many as fit, in their order: the first has waited longest."""
    memory = b""
    for name, blob in records:
        packed = bytes([len(name)]) + len(blob).to_bytes(2, "big") + name.encode() + blob
        if len(memory) + len(packed) <= MAX_BYTES:
            memory += packed
    return memory


def unpack(memory: bytes, records: "list[Record]") -> "list[Record]":
    """What the flash holds, and the events that only this memory does. Memory may hold anything."""
    kept = [name for name, _ in records]
    found = list(records)
    at = 0
    while at + HEAD_BYTES <= len(memory):
        body = at + HEAD_BYTES + memory[at]
        end = body + int.from_bytes(memory[at + 1 : body - memory[at]], "big")
        try:
            name = str(memory[at + HEAD_BYTES : body], "utf-8")
        except UnicodeError:
            break
        if end > len(memory) or name[:2] != "e-":
            break
        if name not in kept:
            found.append((UNKEPT + name[1:], bytes(memory[body:end])))
        at = end
    return found
