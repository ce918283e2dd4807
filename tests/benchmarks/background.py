"""Settings of measurements with workers: as the tests, but with a real queue, a real database and real files."""

from mysite.settings import environment as env
from mysite.settings.base import STORAGES, VAR_DIR
from mysite.settings.test import *  # noqa: F403

DATABASES = {"default": env.database("DATABASE_URL")}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
VAR_DIR = VAR_DIR
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
