"""REST API and webhooks for other systems."""
