"""A pendant's file system as one image: the littlefs that MicroPython's VfsLfs2 mounts.

Rule: what goes in is read back from the image before anybody may flash it; and an image for one
size of the region cannot be mounted in another, so the size is always given, never guessed.

The numbers are VfsLfs2's own (MicroPython docs, library/vfs, "class VfsLfs2", and its source,
extmod/vfs_lfsx.c): what the chip writes later must fit what is written here.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hub.devices.image_layout import BLOCK_BYTES, Region

if TYPE_CHECKING:
    from littlefs import LittleFS

READ_BYTES = PROG_BYTES = 32
CACHE_BYTES = 128  # four times the larger of both
LOOKAHEAD_BYTES = 32
BLOCK_CYCLES = 100
# Blocks that hold nothing are not worth an erase command of their own between two that do.
GAP_BLOCKS = 8
ERASED = b"\xff"


class ImageFault(Exception):
    """No image can be made of this; says why and what to do."""


def build(files: Mapping[str, bytes], size: int) -> bytes:
    """The region's bytes. `files`: absolute path -> content; folders make themselves."""
    flash = _mounted(bytearray(ERASED * size), fresh=True)
    from littlefs.errors import LittleFSError  # an extra: `_mounted` has said if it is missing

    try:
        for path in sorted(files):
            _make_folders(flash, path)
            with flash.open(path, "wb") as file:
                file.write(files[path])
    except LittleFSError as exc:
        total = sum(len(blob) for blob in files.values())
        raise ImageFault(
            f"{total // 1024} KiB of files do not fit a file system of {size // 1024} KiB ({exc})"
        ) from None
    image = bytes(flash.context.buffer)
    if read(image) != dict(files):
        raise ImageFault("the image does not hold what was written to it: do not flash it")
    return image


def read(image: bytes) -> dict[str, bytes]:
    """Every file in an image, by its absolute path. Raises ImageFault."""
    from littlefs.errors import LittleFSError

    try:
        flash = _mounted(bytearray(image), fresh=False)
        found = {}
        for folder, _, names in flash.walk("/"):
            for name in names:
                path = f"{folder.rstrip('/')}/{name}"
                with flash.open(path, "rb") as file:
                    found[path] = bytes(file.read())
    except LittleFSError as exc:
        raise ImageFault(f"this is no file system of a pendant ({exc})") from None
    return found


def pieces(image: bytes, region: Region) -> Iterator[tuple[int, bytes]]:
    """What has to be written to an erased flash: address and bytes, runs of blocks in use."""
    used = [
        block
        for block in range(len(image) // BLOCK_BYTES)
        if image.count(ERASED, block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES) < BLOCK_BYTES
    ]
    while used:
        run = [used.pop(0)]
        while used and used[0] - run[-1] <= GAP_BLOCKS:
            run.append(used.pop(0))
        start, end = run[0] * BLOCK_BYTES, (run[-1] + 1) * BLOCK_BYTES
        yield region.offset + start, image[start:end]


def _mounted(buffer: bytearray, fresh: bool) -> "LittleFS":
    try:
        from littlefs import LittleFS, UserContext
    except ImportError:
        raise ImageFault(
            "making an image wants the extra packages: pip install 'allswell[flash]'"
        ) from None
    context = UserContext(len(buffer))
    context.buffer = buffer
    flash = LittleFS(
        context,
        mount=False,
        block_size=BLOCK_BYTES,
        block_count=len(buffer) // BLOCK_BYTES,
        read_size=READ_BYTES,
        prog_size=PROG_BYTES,
        cache_size=CACHE_BYTES,
        lookahead_size=LOOKAHEAD_BYTES,
        block_cycles=BLOCK_CYCLES,
    )
    if fresh:
        flash.format()
    flash.mount()
    return flash


def _make_folders(flash: "LittleFS", path: str) -> None:
    folder = path.rpartition("/")[0]
    if folder:
        flash.makedirs(folder, exist_ok=True)
