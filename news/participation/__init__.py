"""What residents say: whether a page was useful, ideas and contributions, surveys, comments on news."""
