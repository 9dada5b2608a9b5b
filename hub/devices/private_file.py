"""A file that holds a secret: written whole, for its owner only.

Rule: it is the old one or the new one, never half of either, also after a power cut.
"""

import os
from pathlib import Path


def write_private(path: Path, content: str | bytes) -> None:
    """Replace the file at once; nobody else may read it, not even for a moment."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)  # one left by a crash may be open to others
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name, too
    finally:
        os.close(folder)
