"""Waste calendar by district: on the site, in calendars, and as e-mail reminders."""
