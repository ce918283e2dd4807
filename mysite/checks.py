"""What ``manage.py check --deploy`` says about the environment itself."""

import os
from difflib import get_close_matches

from django.core.checks import Tags, Warning, register

from mysite.settings import environment

ALIKE = 0.84  # of 1: a letter or two more, fewer or others


@register(Tags.security, "mysite", deploy=True)
def names_are_known(app_configs, **kwargs) -> list[Warning]:
    """A variable that is nearly one of ours is a slip: nobody reads it, and its default holds."""
    found = {name: _meant(name) for name in sorted(os.environ.keys() - environment.asked)}
    return [
        Warning(f"Nothing reads {name}.", hint=f"Is {meant} meant?", id="mysite.W001")
        for name, meant in found.items()
        if meant
    ]


def _meant(name: str) -> str:
    unset = environment.asked - os.environ.keys()
    return next(iter(get_close_matches(name, unset, n=1, cutoff=ALIKE)), "")
