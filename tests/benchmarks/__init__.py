"""Measurements, not tests: ``python -m tests.benchmarks.NAME``. Figures are ratios against a baseline of the same run."""
