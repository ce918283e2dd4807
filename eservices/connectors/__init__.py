"""Record transfer: closed cases to the document store."""
