"""Settings of the demo on one machine: no server, no key, no data sent out."""

from .base import *  # noqa: F403
from .base import TILE_CREDIT, TILE_URL, VAR_DIR, env

DEBUG = env.read_flag("DEBUG")
SECRET_KEY = env.read_text("SECRET_KEY", "demo-only-never-in-production-4f1c9e7a0b5d")
AUDIT_KEY = env.read_text("AUDIT_KEY", SECRET_KEY)
ALLOWED_HOSTS = env.read_list("ALLOWED_HOSTS", "*")
PAYMENT_PROVIDERS = env.read_list("PAYMENT_PROVIDERS", "demo,qrbill,counter")
# The invented town has a map of its own: see mysite/demo/map_tiles.py.
TILE_CREDIT = TILE_CREDIT if TILE_URL else "Plan inventé d’Orvenay"
TILE_URL = TILE_URL or "/demo/plan/{z}/{x}/{y}.svg"
MAP_CENTRE = env.read_text("MAP_CENTRE", "46.4645,6.4115,16")
DEMO = True  # shows the demo's own pages: mailbox, sign-ins
VAR_DIR.mkdir(parents=True, exist_ok=True)
