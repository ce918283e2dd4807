"""Settings of a real commune without a proxy in front, and with a bare view as baseline."""

from mysite.settings.production import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.baseline_urls"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False  # by http
LEAST_SECONDS_TO_FILE = 0  # applicants here do not read
