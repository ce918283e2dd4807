"""Error of departures."""

from ..backups.exceptions import BackupError


class DepartureError(BackupError):
    """A departure cannot be made or read. The message tells the operator what to do."""
