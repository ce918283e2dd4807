"""Folders that others write in."""

import os
from pathlib import Path


def find_unwritable(folder: Path) -> Path | None:
    """The folder, or the nearest above that is there, where we may not write; None where we may."""
    there = next(one for one in (folder, *folder.parents) if os.path.exists(one))
    return None if there.is_dir() and os.access(there, os.W_OK) else there
