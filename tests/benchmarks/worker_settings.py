"""Settings of benchmarks with workers: those of the tests, but with a real queue, database and files."""

from mysite.settings import environment as env
from mysite.settings.base import STORAGES, VAR_DIR
from mysite.settings.test import *  # noqa: F403
from tests.payments.stripe_double import WEBHOOK_SECRET

DATABASES = {"default": env.read_database("DATABASE_URL")}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
VAR_DIR = VAR_DIR  # noqa: PLW0127 - instead of the one of the tests
ALLAUTH_TRUSTED_PROXY_COUNT = 1  # each request of a burst has its own network address
PAYMENT_PROVIDERS = ["demo", "stripe_card"]
STRIPE_SECRET_KEY, STRIPE_PUBLIC_KEY = "sk_test_x", "pk_test_x"
STRIPE_WEBHOOK_SECRET, STRIPE_API_URL = WEBHOOK_SECRET, env.read_text("BENCHMARK_STRIPE_URL", "")
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
