"""Decisions that may be appealed: written with their remedies, notified on a provable day."""
