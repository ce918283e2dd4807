"""Documents that the commune issues in a case: numbering, rendering, seal and public verification."""
