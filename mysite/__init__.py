"""The project: settings, URLs, middleware and the front end's static files."""
