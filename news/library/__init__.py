"""The documents library: what the commune publishes as files, by kind and year."""
