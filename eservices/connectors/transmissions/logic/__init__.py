"""Pure rules of transmissions: the mapping of values, what is wrong with a mapping, and what a receipt changes."""
