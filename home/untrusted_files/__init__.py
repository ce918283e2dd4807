"""Untrusted files, opened in separate programs with little memory and time.

The site calls ``inspection``. ``inspect_file`` and ``redraw_picture`` are the programs, which have no access to the
site.
"""
