"""Upgrades during which the release that runs keeps answering: static files, locks, migrations, the steps."""
