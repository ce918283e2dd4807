"""The guides of ``docs/`` inside the admin, from the same source files."""
