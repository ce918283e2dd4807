"""Files that come from outside, opened in programs of their own with little memory and time.

``files`` is what the site calls; ``inspect_file`` and ``redraw_picture`` are the programs, which know nothing of it.
"""
