"""The WSGI application."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from home.runtime.gc_tuning import freeze_loaded_objects

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.production")

application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # loads all views, which would otherwise load at the first request
freeze_loaded_objects()
