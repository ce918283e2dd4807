"""The demo on one machine: no server, no key, nothing leaves the house."""

from .base import *  # noqa: F403
from .base import TILE_CREDIT, TILE_URL, VAR_DIR, env

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY", "demo-only-never-in-production-4f1c9e7a0b5d")
AUDIT_KEY = env.text("AUDIT_KEY", SECRET_KEY)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "*")
PAYMENT_PROVIDERS = env.words("PAYMENT_PROVIDERS", "demo,qrbill,counter")
# The invented town has a map of its own: see mysite/demo/plan.py.
TILE_CREDIT = TILE_CREDIT if TILE_URL else "Plan inventé d’Orvenay"
TILE_URL = TILE_URL or "/demo/plan/{z}/{x}/{y}.svg"
MAP_CENTRE = env.text("MAP_CENTRE", "46.4645,6.4115,16")
DEMO = True  # shows the demo's own pages: mailbox, sign-ins
VAR_DIR.mkdir(parents=True, exist_ok=True)
