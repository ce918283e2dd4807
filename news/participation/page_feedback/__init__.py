"""Page feedback: whether a page was useful."""
