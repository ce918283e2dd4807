"""Whether a page was useful."""
