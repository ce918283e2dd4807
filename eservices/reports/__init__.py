"""Problem reports: problems in town, reported by residents."""
