"""The measurements' settings, in which whoever sends at once is no robot."""

from tests.benchmarks.queue_settings import *  # noqa: F403

LEAST_SECONDS_TO_FILE = 0
