"""Logging as an installation does it, for a test that reads what is logged."""

import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

from django.conf import settings

from mysite.settings import base

OURS = ("eservices", "home", "mysite", "news", "newsletter")


@contextmanager
def installed_logging(format: str = "line", ours: str = "INFO") -> Iterator[None]:
    """Log to standard error within the block, in this format; ``ours``: the level of our own loggers."""
    config = deepcopy(base.LOGGING)
    config["handlers"]["console"]["formatter"], config["root"]["level"] = format, "INFO"
    config["loggers"] |= {name: {"level": ours} for name in OURS}
    logging.config.dictConfig(config)
    try:
        yield
    finally:
        logging.config.dictConfig(settings.LOGGING)
