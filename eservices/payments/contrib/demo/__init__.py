"""A provider to try everything with: a page that pays, declines, waits, or never answers. A double, and it says so."""
