"""Settings of benchmarks within one process: everything in memory, and tasks are not run."""

from mysite.settings.base import SQLITE
from mysite.settings.test import *  # noqa: F403

DATABASES = {"default": SQLITE | {"ENGINE": "tests.support.copied_sqlite", "NAME": ":memory:"}}
TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}
