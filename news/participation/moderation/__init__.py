"""What somebody wrote is read before everybody sees it."""
