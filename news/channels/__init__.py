"""Ways that news goes out beside the site: what the editor ticks is posted once, and follows what becomes of it."""
