"""Pending actions: what visitors do is executed when the owner of the address confirms it."""
