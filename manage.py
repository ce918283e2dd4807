#!/usr/bin/env python3
"""Django's command line for the project."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.dev")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fault:  # the operator reads what to write, and not where we read it
        sys.exit(f"{fault}")
