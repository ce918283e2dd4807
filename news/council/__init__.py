"""Meetings of the council: agenda, decisions and votes."""
