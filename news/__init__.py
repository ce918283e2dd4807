"""News, events, notices and feeds."""
