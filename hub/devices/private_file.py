"""Files that hold secrets: written whole, for their owner only.

Rule: each is the old one or the new one, never half of either, also after a power cut. Of those
that belong together none is replaced before all have their place on the disk.
"""

import os
from collections.abc import Mapping
from pathlib import Path


def write_private(path: Path, content: str | bytes) -> None:
    """Replace the file at once; nobody else may read it, not even for a moment."""
    write_together({path: content})


def write_together(contents: Mapping[Path, str | bytes]) -> None:
    """The same of several in one folder: a full disk leaves all of them as they were."""
    staged = {path: path.with_name(path.name + ".new") for path in contents}
    try:
        for path, fresh in staged.items():
            _stage(fresh, contents[path])
    except OSError:
        for fresh in staged.values():
            fresh.unlink(missing_ok=True)
        raise
    for path, fresh in staged.items():
        fresh.replace(path)
    for parent in {path.parent for path in contents}:
        folder = os.open(parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new names, too
        finally:
            os.close(folder)


def _stage(fresh: Path, content: str | bytes) -> None:
    fresh.unlink(missing_ok=True)  # one left by a crash may be open to others
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
