"""Settings of a real commune. Every value without a safe default must be set: docs/settings.md lists them."""

from .base import *  # noqa: F403
from .base import ALLAUTH_TRUSTED_PROXY_COUNT, PAYMENT_PROVIDERS, SMS_MAILBOX, env

DEBUG = False
DEMO = False
env.require_all(
    "SECRET_KEY", "ALLOWED_HOSTS", "COMMUNE_NAME", "COMMUNE_BASE_URL", "MAIL_URL", "COMMUNE_FROM_EMAIL"
)
SECRET_KEY = env.read_text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.read_list(
    "SECRET_KEY_FALLBACKS"
)  # former keys, while their signatures may still be used
AUDIT_KEY = env.read_text("AUDIT_KEY", SECRET_KEY)  # key of the audit anchors
ALLOWED_HOSTS = env.read_hosts("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.trusted_origins(ALLOWED_HOSTS)
if ALLAUTH_TRUSTED_PROXY_COUNT:  # without a proxy any client could set this header
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.read_flag("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.read_number("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.read_flag("SECURE_HSTS_INCLUDE_SUBDOMAINS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

STAFF_SECOND_FACTOR = env.read_flag("STAFF_SECOND_FACTOR", True)

MAILERS = {"default": env.read_mailer("MAIL_URL")}

# Fakes of the demo invent residents, take no money and send nothing: a real commune must not use them.
REGISTER = env.read_choice("REGISTER", "none", {"http", "none"})
env.without_double("PAYMENT_PROVIDERS", PAYMENT_PROVIDERS, "demo")
SMS_GATEWAY = env.read_text("SMS_GATEWAY", "")  # empty: SMS is not offered
env.without_double("SMS_GATEWAY", [SMS_GATEWAY], SMS_MAILBOX)

if redis := env.read_redis_url("REDIS_URL"):
    patience = {"socket_connect_timeout": 1, "socket_timeout": 2}  # seconds; cached values may be lost
    in_redis = {"BACKEND": "home.caching.backends.RedisCache", "LOCATION": redis, "OPTIONS": patience}
    CACHES = {"default": in_redis, "pages": in_redis | {"KEY_PREFIX": "pages"}}

# Django's warnings that need no action: previews need frames of the same origin, and the operator decides whether
# browsers remember HTTPS for subdomains or permanently.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W019", "security.W021"]
