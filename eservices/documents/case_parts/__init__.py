"""Documents on the case page, in exports and in the archive package of a case."""
