"""Admin views of the newsletter."""
