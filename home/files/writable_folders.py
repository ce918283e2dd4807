"""Check of folders that the site must write to."""

import os
from pathlib import Path


def find_unwritable(folder: Path) -> Path | None:
    """Return the folder, or its nearest existing parent, if it is not writable; else None."""
    there = next(one for one in (folder, *folder.parents) if os.path.exists(one))
    return None if there.is_dir() and os.access(there, os.W_OK) else there
