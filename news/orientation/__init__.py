"""Pages that lead through something step by step, and pages that show places on the map."""
