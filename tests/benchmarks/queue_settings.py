"""The demo's settings on the database of the measurement: files as they lie, without a set-up before."""

from mysite.settings.dev import *  # noqa: F403
from mysite.settings.dev import STORAGES

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
