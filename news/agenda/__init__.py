"""Recurring events: their dates, their place in lists, calendars and newsletters, and proposals by associations."""
