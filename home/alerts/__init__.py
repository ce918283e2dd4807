"""Alerts in four levels on every page of the site or of some sections, for a limited time."""
