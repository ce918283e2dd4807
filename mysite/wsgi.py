"""The door for WSGI servers."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from home.garbage import keep_what_is_loaded
from home.stack import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.production")

application = with_room(get_wsgi_application())
import_module(settings.ROOT_URLCONF)  # with all views, which would else load with the first request
keep_what_is_loaded()
