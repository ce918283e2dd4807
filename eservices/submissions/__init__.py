"""Filling in: drafts, steps, uploads, resume and send."""
