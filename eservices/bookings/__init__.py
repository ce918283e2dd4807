"""Rooms, equipment and appointments."""
