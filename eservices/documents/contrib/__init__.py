"""Sources of the seal key, one package each, named by the scheme of ``SEAL_URL``."""
