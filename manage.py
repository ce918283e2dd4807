#!/usr/bin/env python3
"""Django's command line for the project."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from mysite import __version__


def refuse_root() -> None:
    """End if root runs a command in an installation of another user, who could not read what root writes."""
    folder = os.environ.get("COMMUNE_VAR", "")
    if os.geteuid() == 0 and os.path.isdir(folder) and os.stat(folder).st_uid != 0:
        sys.exit(
            f"{folder} belongs to another user, who could not read what root writes. Use the command commune."
        )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.dev")
    refuse_root()
    if sys.argv[1:] == ["version"]:  # Django would print its own
        print(__version__)
        sys.exit()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fault:  # the operator reads what to write, and not where we read it
        if sys.argv[1:2] == ["doctor"]:
            from mysite.doctor.findings import ERROR, EXIT_CODES, as_json, as_text, unusable_settings

            show = as_json if "--json" in sys.argv else as_text
            sys.stdout.write(show([unusable_settings(fault)]))
            sys.exit(EXIT_CODES[ERROR])
        sys.exit(f"{fault}")
