"""The editors' daily work: checks, reviews, drafts that are shared, and what waits for whom."""
