"""Who lives here: the interface to the population register."""
