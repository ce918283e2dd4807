"""Settings of the benchmarks, in which a form that is sent at once is not taken for a robot's."""

from tests.benchmarks.queue_settings import *  # noqa: F403

LEAST_SECONDS_TO_FILE = 0
