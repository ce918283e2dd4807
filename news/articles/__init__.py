"""News: articles with their categories, archive and feeds."""
