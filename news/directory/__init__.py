"""Directory of the commune's associations and companies, whose keepers update their entries."""
