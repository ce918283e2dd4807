"""What is done about pages, beside writing them."""
