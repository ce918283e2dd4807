"""The ground of the site: base page, shared blocks, navigation, search, the commune's settings."""
