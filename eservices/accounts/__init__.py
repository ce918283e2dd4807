"""Accounts: the user model, one-time codes, identity levels and roles."""
