"""Settings of the parent of many communes, which are those of no commune.

It loads the code with them, knows no key and reaches no database. Each of its processes then becomes one of a commune
and reads that commune's settings (``mysite/hosting``).
"""

import os
import secrets
import tempfile
from pathlib import Path

NOBODY = "no-commune.invalid"
# Settings that the operator gave the host. After a reload the environment has those of below, too.
GIVEN = {name for name, value in os.environ.items() if NOBODY not in value}
os.environ.update(
    SECRET_KEY=f"of-{NOBODY}-{secrets.token_hex(16)}",
    ALLOWED_HOSTS=NOBODY,
    COMMUNE_NAME=NOBODY,
    COMMUNE_BASE_URL=f"https://{NOBODY}",
    COMMUNE_FROM_EMAIL=f"nobody@{NOBODY}",
    COMMUNE_VAR=str(Path(tempfile.gettempdir(), NOBODY)),  # never created
    DATABASE_URL=f"postgres://{NOBODY}/{NOBODY}",
    MAIL_URL=f"smtp://{NOBODY}",
)

from .production import *  # noqa: E402, F403 - reads what is set above
from .production import env  # noqa: E402

GIVEN &= env.asked
