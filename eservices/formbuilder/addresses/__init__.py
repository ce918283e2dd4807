"""Addresses of the commune: spellings, streets and house numbers, areas that follow from them, the official file."""
