"""What search stands on: words and their meanings, texts of documents, what was sought and not found."""
