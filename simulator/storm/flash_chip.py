"""A NOR flash chip in memory, whose power can go in the middle of any operation.

Rule: programming only clears bits and only erasing a block sets them; nothing reaches the chip
after its power has gone. Runs on MicroPython too: there the real VfsLfs2 is judged on this same
chip. The power's loss is told by `is_off`, never raised: littlefs's callbacks swallow exceptions.
"""

BLOCK_BYTES = 4096  # the sector of the ESP32's flash, and the block of its file system
UNIT_BYTES = 32  # what is programmed at one stroke, so what a cut leaves in disorder at most
PER_MILLE = 1000
ERASED = b"\xff" * BLOCK_BYTES
IO_ERROR = -5  # what a driver returns; littlefs gives up what it was doing


class Tear:
    """How an operation is torn: so much of it was done; the bits of the next unit are a lottery,
    if there is `noise`; the rest was never touched."""

    def __init__(self, done_per_mille: int, noise: int) -> None:
        self.done_per_mille = done_per_mille
        self.noise = noise

    def bits(self, count: int) -> "list[int]":
        """One byte each: the bits that changed in time."""
        bits = []
        state = self.noise
        for _ in range(count):
            state = (state * 1103515245 + 12345) & 0x3FFFFFFF  # small enough for the chip's ints
            bits.append(state >> 16 & 255 if self.noise else 0)
        return bits


class FlashChip:
    """Bytes, counted operations, and an end that can be ordered."""

    def __init__(self, blocks: int) -> None:
        self.blocks = blocks
        self.image = bytearray(b"\xff" * (blocks * BLOCK_BYTES))
        self.operations = 0  # programmed or erased, since it was made
        self.is_off = False
        self.disarm()

    def disarm(self) -> None:
        """What was ordered will not happen."""
        self._cut_at = -1
        self._tear = Tear(0, 0)

    def cut_after(self, operations: int, tear: Tear) -> None:
        """The power goes in the middle of that operation from now; 1 is the next."""
        self._cut_at = self.operations + operations
        self._tear = tear

    def cut(self) -> None:
        """The power goes between two operations."""
        self.is_off = True

    def power_on(self) -> None:
        self.is_off = False
        self.disarm()

    def read(self, block: int, off: int, size: int) -> bytearray:
        at = block * BLOCK_BYTES + off
        return self.image[at : at + size]

    def program(self, block: int, off: int, data: bytes) -> int:
        """0, or IO_ERROR."""
        done = self._begin(len(data))
        at = block * BLOCK_BYTES + off
        if done == len(data):
            self._clear(at, data)
            return 0
        if done >= 0:
            bits = self._tear.bits(min(len(data) - done, UNIT_BYTES - done % UNIT_BYTES))
            ragged = [data[done + index] | 255 ^ cleared for index, cleared in enumerate(bits)]
            self._clear(at, data[:done] + bytes(ragged))
        return IO_ERROR

    def erase(self, block: int) -> int:
        """0, or IO_ERROR."""
        done = self._begin(BLOCK_BYTES)
        at = block * BLOCK_BYTES
        if done == BLOCK_BYTES:
            self.image[at : at + done] = ERASED
            return 0
        if done >= 0:
            self.image[at : at + done] = ERASED[:done]
            for index, bits in enumerate(self._tear.bits(UNIT_BYTES - done % UNIT_BYTES)):
                self.image[at + done + index] |= bits
        return IO_ERROR

    def _begin(self, size: int) -> int:
        """How much of an operation of this size is done: all, part of it (torn), or -1: nothing."""
        if self.is_off:
            return -1
        self.operations += 1
        if self.operations != self._cut_at:
            return size
        self.is_off = True
        return size * self._tear.done_per_mille // PER_MILLE

    def _clear(self, at: int, data: bytes) -> None:
        held = int.from_bytes(self.image[at : at + len(data)], "little")
        held &= int.from_bytes(data, "little")
        self.image[at : at + len(data)] = held.to_bytes(len(data), "little")
