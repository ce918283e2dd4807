"""Checks before a page is published: pure rules on the content that was read from it."""
