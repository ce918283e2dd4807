"""Runs in which things break: ``python -m tests.resilience.NAME``. They start what they need, and end it."""
