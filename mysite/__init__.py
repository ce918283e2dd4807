"""The project: settings, URLs, middleware and the front end's static files."""

__version__ = "0.2.0"  # of this tree; deploy/debian/build and everything that shows it read it here
