"""The waste calendar by district: on the site, in calendars, and as reminders by e-mail."""
