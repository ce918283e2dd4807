"""The demo's settings on the benchmark's database, with static files that need no collectstatic."""

from mysite.settings.dev import *  # noqa: F403
from mysite.settings.dev import STORAGES

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
