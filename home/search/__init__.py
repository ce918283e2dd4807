"""Search: index, synonyms, texts of documents, missed queries."""
