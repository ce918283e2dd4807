"""Jobs that the commune offers, each until its closing date."""
