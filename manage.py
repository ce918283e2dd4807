#!/usr/bin/env python3
"""Django's command line for the project."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from mysite import __version__

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.dev")
    if sys.argv[1:] == ["version"]:  # Django would print its own
        print(__version__)
        sys.exit()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fault:  # the operator reads what to write, and not where we read it
        sys.exit(f"{fault}")
