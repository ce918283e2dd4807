"""English as Switzerland writes it: the day before the month."""
