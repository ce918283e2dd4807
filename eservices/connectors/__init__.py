"""Document management and business systems."""
