"""English formats for Switzerland: the day before the month."""
