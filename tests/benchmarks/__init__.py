"""Benchmarks: ``python -m tests.benchmarks.NAME``.

Figures are ratios against a baseline measured in the same run.
"""
