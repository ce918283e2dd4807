"""Resilience runs, in which parts fail: ``python -m tests.resilience.NAME``. They start and stop all they need."""
