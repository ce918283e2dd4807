"""Problems reported in town."""
