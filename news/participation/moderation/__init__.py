"""Moderation: texts of participants are read before they are published."""
