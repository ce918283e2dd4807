"""The project: settings, URLs, middleware and the front end's static files."""

__version__ = "0.1.0"  # the same as in pyproject.toml and publiccode.yml: a test compares
