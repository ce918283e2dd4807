"""What the commune issues on a case: numbering, rendering and public verification."""
