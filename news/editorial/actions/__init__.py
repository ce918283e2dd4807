"""Actions on pages, besides writing them."""
