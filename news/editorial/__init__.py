"""The editors' work: content checks, reviews, shared drafts, and the dashboard."""
