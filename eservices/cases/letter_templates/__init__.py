"""Letter templates: choices, placeholders, validation and preview."""
