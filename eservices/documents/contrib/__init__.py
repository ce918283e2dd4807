"""Where the key that seals lies: one folder for each kind, named by the scheme of ``SEAL_URL``."""
