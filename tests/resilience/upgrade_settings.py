"""Settings of an upgrade under load: the demo's, with static files as in production and without limits per network."""

from mysite.settings.dev import *  # noqa: F403

LEAST_SECONDS_TO_FILE = 0
ALLAUTH_TRUSTED_PROXY_COUNT = 1  # each applicant has a network address of their own
