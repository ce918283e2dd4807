"""Settings of runs with workers, on a mail server that the environment names."""

from mysite.settings import environment as env
from tests.benchmarks.background import *  # noqa: F403

MAILERS = {"default": env.mailer("MAIL_URL")}
