"""Settings of benchmarks within one process: files and caches in memory, and tasks are not run."""

from mysite.settings.test import *  # noqa: F403

TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend", "QUEUES": []}}
