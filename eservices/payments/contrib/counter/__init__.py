"""Paid at the desk, in cash or by card: a till per agent."""
