"""Meetings of the council: what is on the agenda, what was decided, with how many votes."""
