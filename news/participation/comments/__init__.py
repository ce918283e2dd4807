"""Comments on news, on articles that allow them."""
