"""Prefilled answers: the sources of this app, and the values for a draft."""
