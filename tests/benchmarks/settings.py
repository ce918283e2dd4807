"""The demo's settings with one more address: a bare view as baseline."""

from mysite.settings.dev import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.baseline_urls"
