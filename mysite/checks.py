"""System checks of ``manage.py check --deploy`` about the environment."""

import os
from difflib import get_close_matches
from pathlib import Path

from django.core.checks import Tags, Warning, register
from django.db import connection

from .settings import environment

ALIKE = 0.84  # similarity from 0 to 1: a difference of one or two letters


@register(Tags.security, "mysite", deploy=True)
def check_environment_names(app_configs, **kwargs) -> list[Warning]:
    """Warn of a variable whose name is nearly a known one: it is a typing error and has no effect."""
    found = {name: _meant(name) for name in sorted(os.environ.keys() - environment.asked)}
    return [
        Warning(f"Nothing reads {name}.", hint=f"Is {meant} meant?", id="mysite.W001")
        for name, meant in found.items()
        if meant
    ]


@register(Tags.security, "mysite", deploy=True)
def database_file_is_closed(app_configs, **kwargs) -> list[Warning]:
    """Warn of a SQLite file that other users of the machine can read, such as one restored by hand."""
    file = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or not file.is_file() or not file.stat().st_mode & 0o077:
        return []
    return [
        Warning(f"Other users may read the database file {file}.", hint=f"chmod 600 {file}", id="mysite.W002")
    ]


def _meant(name: str) -> str:
    unset = environment.asked - os.environ.keys()
    return next(iter(get_close_matches(name, unset, n=1, cutoff=ALIKE)), "")
