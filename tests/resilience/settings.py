"""Settings of runs with workers, on a mail server that the environment names."""

from mysite.settings import environment as env
from tests.benchmarks.worker_settings import *  # noqa: F403

MAILERS = {"default": env.read_mailer("MAIL_URL")}
