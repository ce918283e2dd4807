"""Short surveys."""
