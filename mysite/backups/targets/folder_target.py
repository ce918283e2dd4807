"""Backups in a folder of this machine, or one that is mounted."""

import os

from django.core.files.storage import FileSystemStorage

from .target_base import PART, BackupTarget


class FolderTarget(BackupTarget, FileSystemStorage):
    """A folder. A file appears under its name once it is complete and on the disk."""

    def __init__(self, path: str):
        super().__init__(
            location=path,
            allow_overwrite=True,
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
        )

    def _save(self, name, content):
        draft = super()._save(name + PART, content)
        with open(self.path(draft), "rb") as file:
            os.fsync(file.fileno())
        os.replace(self.path(draft), self.path(name))
        return name
