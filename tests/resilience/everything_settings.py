"""Settings of a real commune without a proxy in front, whose clock the run moves."""

from mysite.settings.production import *  # noqa: F403
from tests.resilience import shared_clock

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False  # by http
LEAST_SECONDS_TO_FILE = 0
shared_clock.install()
