"""Logging as an installation does it, for a test that reads what is logged."""

import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

from django.conf import settings

from mysite.settings import base


@contextmanager
def installed_logging(format: str = "line", level: str = "INFO") -> Iterator[None]:
    """Log to standard error within the block, in this format."""
    config = deepcopy(base.LOGGING)
    config["handlers"]["console"]["formatter"], config["root"]["level"] = format, level
    logging.config.dictConfig(config)
    try:
        yield
    finally:
        logging.config.dictConfig(settings.LOGGING)
