"""Foundation of the website: base page, shared blocks, navigation, search, the commune's settings."""
