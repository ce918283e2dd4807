"""Appealable decisions: written with their legal remedies, notified on a provable day."""
