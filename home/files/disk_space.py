"""Free disk space for uploads."""

import os
import shutil

from django.conf import settings


def has_disk_space(size: int = 0) -> bool:
    """Return whether ``size`` bytes can be stored so that the reserve (``DISK_RESERVE_MB``) stays free."""
    folder = settings.VAR_DIR
    if not os.access(folder, os.W_OK):
        return False
    return shutil.disk_usage(folder).free >= settings.DISK_RESERVE + size
