"""The newsletter in the admin."""
