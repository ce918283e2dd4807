"""Settings of runs with workers, with the mail server of the environment."""

from mysite.settings import environment as env
from tests.benchmarks.worker_settings import *  # noqa: F403

MAILERS = {"default": env.read_mailer("MAIL_URL")}
