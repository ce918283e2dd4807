"""System checks of backups, for ``manage.py check --deploy``."""

from django.conf import settings
from django.core.checks import Tags, Warning, register

from .backup_store import BackupStore
from .encryption import read_recipients
from .exceptions import BackupError

HINT = "See Backup in docs/operations.md."


@register(Tags.security, "mysite", deploy=True)
def check_backups(app_configs, **kwargs) -> list[Warning]:
    """Warn if nothing is backed up, or if the place of the backups or the keys cannot be used."""
    if not settings.BACKUP_URL:
        return [Warning("Nothing is backed up: BACKUP_URL is empty.", hint=HINT, id="mysite_backups.W001")]
    try:
        read_recipients()
        BackupStore().list_complete()
    except BackupError as error:
        return [Warning(f"No backup can be made: {error}", hint=HINT, id="mysite_backups.W002")]
    return []
