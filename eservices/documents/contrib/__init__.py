"""Sources of the seal key, one package each, registered in ``integrations.py``."""
