"""Short surveys, answered in a minute."""
