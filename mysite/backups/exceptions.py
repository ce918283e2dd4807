"""Error of backups."""


class BackupError(Exception):
    """A backup cannot be made, read or restored. The message tells the operator what to do."""
