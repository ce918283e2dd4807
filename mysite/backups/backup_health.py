"""State of the backups, for monitoring and for the admin's home page."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from wagtail.admin.ui.components import Component

from .models import Backup


@dataclass(frozen=True)
class BackupHealth:
    """The newest backup that counts, and the error of the latest attempt. ``alive``: recent and without error."""

    newest: Backup | None
    error: str
    alive: bool

    def as_json(self) -> dict:
        """Return the part of ``/health/``. The error is not in it, because it names places of this machine."""
        at = self.newest and self.newest.started_at
        proven = self.newest and self.newest.proven_at
        return {
            "alive": self.alive,
            "newest": at.isoformat() if at else None,
            "proven": proven.isoformat() if proven else None,
        }


def backup_health(now: datetime) -> BackupHealth | None:
    """Return the state of the backups; None if nothing is backed up.

    A backup counts once it is proven; without ``BACKUP_PROOF``, once it is complete.
    """
    if not settings.BACKUP_URL:
        return None
    newest = Backup.newest_good() if settings.BACKUP_PROOF else Backup.newest_complete()
    error = Backup.last_error()
    return BackupHealth(newest, error, bool(newest and newest.is_recent(now) and not error))


class BackupPanel(Component):
    """Panel on the admin's home page: what is wrong, near the top, or the newest proven backup, at the end."""

    name = "backup"
    template_name = "mysite/backup_panel.html"

    def __init__(self, health: BackupHealth):
        self.health, self.order = health, 900 if health.alive else 45

    def get_context_data(self, parent_context):
        return {"health": self.health, "proves": settings.BACKUP_PROOF}


def add_backup_panel(request, panels: list) -> None:
    """Add the panel for administrators, if there are backups."""
    if request.user.is_superuser and (health := backup_health(timezone.now())):
        panels.append(BackupPanel(health))
