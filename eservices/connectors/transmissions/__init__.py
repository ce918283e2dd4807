"""Transmissions: what the mapping of a stage makes of a case for another system, and what that system answers."""
