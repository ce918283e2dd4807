"""Settings of the tests: fast hashes, memory instead of disk, immediate tasks, e-mails in memory."""

import tempfile
from pathlib import Path

from .base import *  # noqa: F403
from .base import SQLITE, STORAGES, env

DEBUG = False
DEMO = False
SECRET_KEY = AUDIT_KEY = "tests-only"
SECRET_KEY_FALLBACKS = []
ALLOWED_HOSTS = ["*"]
WAGTAILADMIN_BASE_URL = "http://testserver"
WRITTEN = tempfile.TemporaryDirectory(prefix="commune-test-")  # deleted when the process ends
VAR_DIR = Path(WRITTEN.name)
MEDIA_ROOT = VAR_DIR / "media"
STATIC_ROOT = VAR_DIR / "static"
AUDIT_ANCHOR_FILE = VAR_DIR / "audit-anchors.txt"
# A thread of the live server that kept its connection would keep the database from being deleted at the end.
DATABASES = {"default": (env.read_database("TEST_DATABASE_URL") or SQLITE) | {"CONN_MAX_AGE": 0}}
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "pages")
}
PAGE_CACHE = False  # pages are tested as they are rendered; tests of the page cache turn it on
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
DATABASE_REPLICA = None  # tests of the replica set it
DATABASE_DIRECT = {}  # filled where the tests go through a pooler
OBJECT_STORAGE = {}
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PAYMENT_PROVIDERS = ["demo", "counter", "qrbill"]
STRIPE_SECRET_KEY = STRIPE_PUBLIC_KEY = STRIPE_WEBHOOK_SECRET = STRIPE_API_URL = ""
NEWSLETTER_BACKEND, NEWSLETTER_PER_MINUTE = "builtin", 0
VAPID_PRIVATE_KEY = SMS_WEBHOOK_SECRET = ""
ANYMAIL = {"WEBHOOK_SECRET": "service:of-the-tests"}
LEAST_SECONDS_TO_FILE = 0
REGISTER_SCREENING = False  # teams see new cases at once; tests of the screening turn it on
ANSWER_KEYS = []  # tests of the encryption set them
SEAL_URL = SEAL_TSA_URL = SEAL_ROOTS = ""
LINK_CHECKS = False
BACKUP_URL, BACKUP_RECIPIENTS, BACKUP_PROOF_DATABASE = "", [], ""
CALENDAR_HOSTS = set()
CLAMAV_URL = ""  # tests that scan set it
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 31_536_000  # by the frozen clock of the tests, responses are days old
METRICS_TOKEN = ERROR_REPORTS = TRACE_COLLECTOR = ""
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "ERROR"}}
