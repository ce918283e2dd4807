"""Comments on news, where the commune wants them."""
