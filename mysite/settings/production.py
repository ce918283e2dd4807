"""A real commune. Every value that has no safe default must be set: docs/operations.md lists them."""

from .base import *  # noqa: F403
from .base import ALLAUTH_TRUSTED_PROXY_COUNT, env

DEBUG = False
DEMO = False
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.origins(ALLOWED_HOSTS)
if ALLAUTH_TRUSTED_PROXY_COUNT:  # without a proxy anybody could write this header
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

STAFF_SECOND_FACTOR = env.flag("STAFF_SECOND_FACTOR", True)

env.text("MAIL_URL")  # the demo's mailbox stands in for it nowhere else
MAILERS = {"default": env.mailer("MAIL_URL")}

REGISTER = env.choice("REGISTER", "none", {"demo", "http", "none"})

if redis := env.redis("REDIS_URL"):
    in_redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis}
    CACHES = {"default": in_redis, "pages": in_redis | {"KEY_PREFIX": "pages"}}
