"""Library of the commune's published files, by kind and year."""
