"""The idea box, and what the commune asks its people."""
