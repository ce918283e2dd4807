"""The demo on one machine: no server, no key, nothing leaves the house."""

from .base import *  # noqa: F403
from .base import VAR_DIR, env

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY", "demo-only-never-in-production-4f1c9e7a0b5d")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "*")
DEMO = True  # shows the demo's own pages: mailbox, sign-ins
VAR_DIR.mkdir(parents=True, exist_ok=True)
